//! How people become members by themselves, and who does not.

use std::collections::BTreeSet;

use ds_auth::joining::Joining;
use ds_core::{LoginKind, secret::Token};

use super::{
    fixture::{Fixture, letters},
    kind,
    members::{diary, eve, login},
    with_diary, with_diary_in,
};
use crate::ops::{Comer, ErrorKind, Joined, NewLink};

#[tokio::test]
async fn links_make_members() {
    let (host, ada) = with_diary().await;
    let (ops, here) = (&host.ops, diary(&host.ops, ada).await);
    let make = async |uses, days, permissions: &[&str]| {
        let new = NewLink {
            note: " the choir ".into(),
            permissions: permissions.iter().map(ToString::to_string).collect(),
            uses,
            days,
        };
        ops.make_join_link(ada, "diary", &new).await
    };
    assert_eq!(kind(make(0, 7, &[]).await), ErrorKind::Invalid);
    assert_eq!(kind(make(101, 7, &[]).await), ErrorKind::Invalid);
    assert_eq!(kind(make(1, 0, &[]).await), ErrorKind::Invalid);
    assert_eq!(kind(make(1, 91, &[]).await), ErrorKind::Invalid);
    assert_eq!(kind(make(1, 7, &["fly"]).await), ErrorKind::Invalid);
    let (link, url) = make(1, 7, &["edit", "moderate"]).await.unwrap();
    assert_eq!(link.note, "the choir");
    let token = url.strip_prefix("http://diary.localhost:3000/.dropserver/join/");
    let token = Token::presented(token.unwrap());

    let view = ops.invitation_to(&here, &token).await.unwrap();
    assert_eq!(
        (view.by.as_str(), view.role.as_deref()),
        ("ada", Some("Editor"))
    );
    let wrong = ops.join(&here, &eve(), Some(&Token::random())).await;
    assert_eq!(kind(wrong), ErrorKind::NotFound);
    let unnamed = Comer {
        name: "a\nb".into(),
        ..eve()
    };
    let refused = ops.join(&here, &unnamed, Some(&token)).await;
    assert_eq!(
        kind(refused),
        ErrorKind::Invalid,
        "and the link is not used"
    );
    let joined = ops.join(&here, &eve(), Some(&token)).await.unwrap();
    let Joined::Member(member) = joined.clone() else {
        panic!("{joined:?}");
    };
    assert_eq!(member.display_name, "Eve");
    assert_eq!(member.permissions.len(), 2);
    // Whoever is in is in, with the link or without.
    assert_eq!(ops.join(&here, &eve(), Some(&token)).await.unwrap(), joined);
    assert_eq!(ops.join(&here, &eve(), None).await.unwrap(), joined);
    let late = Comer::of_login(login(LoginKind::Email, "late@example.com"), "");
    let used_up = ops.join(&here, &late, Some(&token)).await;
    assert_eq!(kind(used_up), ErrorKind::NotFound);

    // Of another appspace, or withdrawn.
    let (_, url) = make(5, 7, &[]).await.unwrap();
    let token = Token::presented(url.rsplit('/').next().unwrap());
    ops.create_appspace(ada, "notes", "other").await.unwrap();
    let other = ops.appspace(ada, "other").await.unwrap().appspace;
    let elsewhere = ops.join(&other, &late, Some(&token)).await;
    assert_eq!(kind(elsewhere), ErrorKind::NotFound);
    let hash = token.hash();
    let withdraw = async |at| ops.remove_join_link(ada, at, hash.as_str()).await;
    assert_eq!(kind(withdraw("other").await), ErrorKind::NotFound);
    assert_eq!(ops.join_links(ada, "diary").await.unwrap()[0].uses_left, 5);
    withdraw("diary").await.unwrap();
    let withdrawn = ops.join(&here, &late, Some(&token)).await;
    assert_eq!(kind(withdrawn), ErrorKind::NotFound);
    assert_eq!(ops.members(ada, "diary").await.unwrap().len(), 2);
}

#[tokio::test]
async fn who_asks_is_let_in_or_not() {
    let (host, ada) = with_diary().await;
    let bob = host.account("bob@example.com", false).await;
    let (ops, here) = (&host.ops, diary(&host.ops, ada).await);
    assert_eq!(ops.joining(here.id).await.unwrap(), Joining::Closed);
    let closed = ops.join(&here, &eve(), None).await;
    assert_eq!(kind(closed), ErrorKind::Forbidden);
    let set = async |joining, permissions: &[&str]| {
        let all: Vec<_> = permissions.iter().map(ToString::to_string).collect();
        ops.set_join_rules(ada, "diary", joining, &all).await
    };
    assert_eq!(kind(set("ajar", &[]).await), ErrorKind::Invalid);
    assert_eq!(kind(set("open", &["fly"]).await), ErrorKind::Invalid);
    set("approval", &["edit"]).await.unwrap();

    let of_bob = Comer::of_account(bob, "");
    for comer in [&eve(), &of_bob, &eve()] {
        let asked = ops.join(&here, comer, None).await.unwrap();
        assert_eq!(asked, Joined::Waiting);
    }
    let waiting = ops.join_requests(ada, "diary").await.unwrap();
    let who: Vec<_> = waiting
        .iter()
        .map(|one| (one.request.name.as_str(), one.who.as_str()))
        .collect();
    assert_eq!(
        BTreeSet::from_iter(who),
        BTreeSet::from([("Eve", "b.example/eve"), ("bob", "bob@example.com")])
    );
    let id = |name: &str| {
        let mut all = waiting.iter();
        let found = all.find(|one| one.request.name == name);
        found.unwrap().request.id.clone()
    };
    assert_eq!(ops.members(ada, "diary").await.unwrap().len(), 1);
    let refuse = async |id: &str| ops.refuse_join_request(ada, "diary", id).await;
    refuse(&id("Eve")).await.unwrap();
    assert_eq!(kind(refuse(&id("Eve")).await), ErrorKind::NotFound);
    let accept = async |id: &str| ops.accept_join_request(ada, "diary", id).await;
    assert_eq!(kind(accept(&id("Eve")).await), ErrorKind::NotFound);
    let member = accept(&id("bob")).await.unwrap();
    assert_eq!(member.permissions.len(), 1);
    assert_eq!(
        ops.join(&here, &of_bob, None).await.unwrap(),
        Joined::Member(member)
    );

    set("open", &[]).await.unwrap();
    let joined = ops.join(&here, &eve(), None).await.unwrap();
    assert!(matches!(joined, Joined::Member(_)));
}

#[tokio::test]
async fn letters_about_asking() {
    let host = Fixture::with_mail().await;
    let ada = with_diary_in(&host).await;
    let (ops, here) = (&host.ops, diary(&host.ops, ada).await);
    ops.set_join_rules(ada, "diary", "approval", &[])
        .await
        .unwrap();
    let bob = Comer::of_login(login(LoginKind::Email, "bob@b.example"), "Buy <this>");
    for comer in [&eve(), &eve(), &bob] {
        ops.join(&here, comer, None).await.unwrap();
    }
    let spaces = ops.appspaces(ada).await.unwrap();
    let waiting = ops.waiting_at(&spaces).await.unwrap();
    assert_eq!(waiting.into_iter().collect::<Vec<_>>(), [(here.id, 2)]);
    for one in ops.join_requests(ada, "diary").await.unwrap() {
        let id = &one.request.id;
        ops.accept_join_request(ada, "diary", id).await.unwrap();
    }
    // One in an hour to the owner, and one to who asked by mail.
    let mut all = letters(&host.dir.path().join("mail"), 2).await;
    all.sort_by_key(|letter| letter.contains("To: bob@b.example"));
    let [to_ada, to_bob] = &all[..] else {
        panic!("{all:?}")
    };
    let members = "http://dropserver.localhost:3000/appspaces/diary.localhost/members";
    assert!(to_ada.contains("To: ada@example.com"), "{to_ada}");
    assert!(to_ada.contains(members), "{to_ada}");
    assert!(!to_ada.contains("this"), "{to_ada}");
    assert!(to_bob.contains("To: bob@b.example"), "{to_bob}");
    assert!(to_bob.contains("http://diary.localhost:3000/"), "{to_bob}");
    assert!(ops.waiting_at(&spaces).await.unwrap().is_empty());
}

#[tokio::test]
async fn who_may_not_come_back_does_not() {
    let host = Fixture::with_mail().await;
    let ada = with_diary_in(&host).await;
    let bob = host.account("bob@example.com", false).await;
    let (ops, here) = (&host.ops, diary(&host.ops, ada).await);
    ops.set_join_rules(ada, "diary", "open", &[]).await.unwrap();
    let domain = ops.dropids().domains.all().next().unwrap();
    let own = ops
        .new_dropid(bob, &domain, "bob", "Bob", true)
        .await
        .unwrap();
    let by_dropid = Comer::of_login(login(LoginKind::DropId, &own.id.to_string()), "Bob");
    let by_mail = Comer::of_login(login(LoginKind::Email, "bob@example.com"), "Bob");
    let by_account = Comer::of_account(bob, "Bob");
    let all = [&by_dropid, &by_mail, &by_account];
    let join = async |comer: &Comer, link: Option<&Token>| ops.join(&here, comer, link).await;
    let member = async |joined: Result<Joined, _>| match joined.unwrap() {
        Joined::Member(member) => member.proxy_id,
        Joined::Waiting => panic!("it is open"),
    };
    let new = NewLink {
        note: String::new(),
        permissions: Vec::new(),
        uses: 9,
        days: 7,
    };
    let (_, link) = ops.make_join_link(ada, "diary", &new).await.unwrap();
    let link = Token::presented(link.rsplit('/').next().unwrap());
    // Whoever is only removed comes back by the open door.
    let id = member(join(&by_dropid, None).await).await;
    ops.remove_member(ada, "diary", id.as_str()).await.unwrap();
    for way in all {
        let id = member(join(way, None).await).await;
        let removed = ops.remove_member_for_good(ada, "diary", id.as_str());
        removed.await.unwrap();
        // Nor in any other way that is known to be theirs.
        for comer in all {
            for link in [None, Some(&link)] {
                let refused = join(comer, link).await.unwrap_err();
                assert_eq!(refused.kind(), ErrorKind::Forbidden, "{refused}");
            }
        }
        let bars = ops.join_bars(ada, "diary").await.unwrap();
        assert_eq!(bars.len(), 1);
        let mut ways = bars[0].bar.ways.iter();
        assert!(ways.any(|one| one.who == way.who && !one.shown.is_empty()));
        let key = bars[0].bar.id.clone();
        assert_eq!(
            kind(ops.lift_join_bar(bob, "diary", &key).await),
            ErrorKind::NotFound
        );
        assert!(matches!(
            join(&eve(), None).await.unwrap(),
            Joined::Member(_)
        ));
        ops.lift_join_bar(ada, "diary", &key).await.unwrap();
    }
    // Whom the owner adds may come.
    let id = member(join(&by_account, None).await).await;
    let removed = ops.remove_member_for_good(ada, "diary", id.as_str());
    removed.await.unwrap();
    ops.add_member(ada, "diary", "bob@example.com", None)
        .await
        .unwrap();
    assert!(ops.join_bars(ada, "diary").await.unwrap().is_empty());
    let owner = ops.remove_member_for_good(ada, "diary", "ada@example.com");
    assert_eq!(kind(owner.await), ErrorKind::Forbidden);
    assert!(ops.join_bars(ada, "diary").await.unwrap().is_empty());
}
