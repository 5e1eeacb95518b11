//! Members: what owners and they themselves change, and how they go.

use std::fs;

use ds_auth::joining::Who;
use ds_core::{Appspace, LoginKind, MemberLogin, ProxyId};

use super::{fixture::Fixture, kind, with_diary, with_diary_in};
use crate::ops::{Comer, ErrorKind, Ops};

/// Two by two red pixels.
const PNG: &[u8] =
    b"\x89\x50\x4e\x47\x0d\x0a\x1a\x0a\x00\x00\x00\x0d\x49\x48\x44\x52\x00\x00\x00\x02\x00\x00\
    \x00\x02\x08\x02\x00\x00\x00\xfd\xd4\x9a\x73\x00\x00\x00\x10\x49\x44\x41\x54\x78\x9c\x63\
    \xf8\xcf\xc0\x00\x44\x0c\x10\x0a\x00\x1f\xee\x03\xfd\x8b\x5f\x14\xd4\x00\x00\x00\x00\x49\
    \x45\x4e\x44\xae\x42\x60\x82";

pub(super) fn login(kind: LoginKind, name: &str) -> MemberLogin {
    MemberLogin {
        kind,
        name: name.into(),
        signed_by: String::new(),
    }
}

pub(super) fn eve() -> Comer {
    Comer::of_login(login(LoginKind::DropId, "b.example/eve"), "Eve")
}

pub(super) async fn diary(ops: &Ops, ada: ds_core::AccountId) -> Appspace {
    ops.appspace(ada, "diary").await.unwrap().appspace
}

#[tokio::test]
async fn whom_an_owner_can_add() {
    let (host, ada) = with_diary().await;
    host.account("bob@example.com", false).await;
    let ops = &host.ops;
    let check = async |who: &str, expect: Result<&str, ErrorKind>| {
        let added = ops.add_member(ada, "diary", who, None).await;
        let got = added.map(|member| member.display_name);
        let got = got.map_err(|error| error.kind());
        assert_eq!(got.as_deref().map_err(|kind| *kind), expect, "{who}");
    };
    check("Bob@example.com", Ok("bob")).await;
    check("bob@example.com", Err(ErrorKind::Conflict)).await;
    check("b.example/eve", Ok("eve")).await;
    check("https://B.example/eve", Err(ErrorKind::Conflict)).await;
    check("b.example/", Ok("b.example")).await;
    check("https://c.example/~Carol", Ok("~Carol")).await;
    // This host sends no mail.
    check("dora@example.com", Err(ErrorKind::NotFound)).await;
    for bad in ["", "dora", "http://b.example/x", "10.0.0.1/x", "a b", "@"] {
        let added = ops.add_member(ada, "diary", bad, None).await;
        assert!(
            matches!(kind(added), ErrorKind::Invalid | ErrorKind::NotFound),
            "{bad}"
        );
    }
    let all = ops.member_summaries(ada, "diary").await.unwrap();
    let ways: Vec<(Option<&str>, Vec<&str>)> = all
        .iter()
        .map(|one| {
            let logins = one.logins.iter().map(|login| login.name.as_str());
            (one.account.as_deref(), logins.collect())
        })
        .collect();
    assert_eq!(
        ways,
        [
            (Some("ada@example.com"), vec![]),
            (None, vec!["b.example/"]),
            (Some("bob@example.com"), vec![]),
            (None, vec!["b.example/eve"]),
            (None, vec!["https://c.example/~Carol"]),
        ]
    );
}

#[tokio::test]
async fn an_address_that_nobody_proved_is_not_its_accounts() {
    for (host, has_mail) in [
        (Fixture::new().await, false),
        (Fixture::with_mail().await, true),
    ] {
        let ada = with_diary_in(&host).await;
        host.account("proven@example.com", false).await;
        let ops = &host.ops;
        let rule = ds_auth::people::RegistrationRule::Anyone;
        ops.set_registration_rule(ada, rule).await.unwrap();
        let typed = ops.register("typed@example.com", "correct horse".into(), None);
        let typed = typed.await.unwrap();
        let add = async |email: &str| ops.add_member(ada, "diary", email, None).await;
        let at = diary(ops, ada).await.id;
        let of = &ops.parts.membership.logins;
        let account_of = async |id: ProxyId| of.account_of(at, &id).await.unwrap();
        let member = add("proven@example.com").await.unwrap();
        assert!(account_of(member.proxy_id).await.is_some());
        if has_mail {
            // It is whoever gets the letter.
            let member = add("typed@example.com").await.unwrap();
            assert_eq!(account_of(member.proxy_id).await, None);
        } else {
            assert_eq!(kind(add("typed@example.com").await), ErrorKind::Conflict);
            ops.vouch_for_address(ada, "typed@example.com", "typed@example.com")
                .await
                .unwrap();
            let member = add("typed@example.com").await.unwrap();
            assert_eq!(account_of(member.proxy_id).await, Some(typed.id));
        }
    }
}

#[tokio::test]
async fn what_an_owner_can_change() {
    let (host, ada) = with_diary().await;
    let bob_account = host.account("bob@example.com", false).await;
    let (ops, here) = (&host.ops, diary(&host.ops, ada).await);
    let bob = ops.add_member(ada, "diary", "bob@example.com", None).await;
    let bob = bob.unwrap().proxy_id;
    let id = bob.as_str();
    ops.rename_member(ada, "diary", id, " Bobby ")
        .await
        .unwrap();
    let now = || async { ops.member_summary(ada, "diary", id).await.unwrap() };
    assert_eq!(now().await.member.display_name, "Bobby");
    let bad = ops.rename_member(ada, "diary", id, "a\u{202e}b").await;
    assert_eq!(kind(bad), ErrorKind::Invalid);

    let all = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    let set = async |names: &[&str]| {
        ops.set_member_permissions(ada, "diary", id, &all(names))
            .await
    };
    set(&["edit", "moderate"]).await.unwrap();
    assert_eq!(now().await.role.as_deref(), Some("Editor"));
    set(&["edit"]).await.unwrap();
    assert_eq!(now().await.role, None);
    assert_eq!(kind(set(&["edit", "fly"]).await), ErrorKind::Invalid);
    let role = async |name| ops.permissions_of_role(ada, "diary", name).await;
    assert_eq!(role("editor").await.unwrap(), ["edit", "moderate"]);
    assert_eq!(kind(role("king").await), ErrorKind::Invalid);

    // Another way to log in, of a name that nobody else has.
    let add = async |way| ops.add_member_login(ada, "diary", id, way).await;
    add("b.example/bob").await.unwrap();
    assert_eq!(kind(add("b.example/bob").await), ErrorKind::Conflict);
    assert_eq!(kind(add("ada@example.com").await), ErrorKind::Conflict);
    assert_eq!(kind(add("nobody").await), ErrorKind::Invalid);
    let session = ops.parts.sessions.start_member(here.id, bob.clone(), None);
    let session = session.await.unwrap();
    let is_in = || async {
        let found = ops.parts.sessions.member(here.id, &session).await;
        found.unwrap().is_some()
    };
    assert!(is_in().await);
    let remove = async |kind, way| ops.remove_member_login(ada, "diary", id, kind, way).await;
    remove("account", "").await.unwrap();
    assert!(!is_in().await, "who came that way is out");
    let who = Who::Account(bob_account);
    assert_eq!(ops.member_who(here.id, &who).await.unwrap(), None);
    add("bob@example.com").await.unwrap();
    assert!(ops.member_who(here.id, &who).await.unwrap().is_some());
    remove("dropid", "b.example/bob").await.unwrap();
    assert_eq!(now().await.logins, []);
    assert_eq!(kind(remove("magic", "x").await), ErrorKind::Invalid);

    let owner = ops.find_member(&here, "ada@example.com").await.unwrap();
    let own = owner.proxy_id.as_str();
    let lost = ops
        .remove_member_login(ada, "diary", own, "account", "")
        .await;
    assert_eq!(kind(lost), ErrorKind::Invalid);
}

#[tokio::test]
async fn members_go() {
    let (host, ada) = with_diary().await;
    host.account("bob@example.com", false).await;
    let (ops, here) = (&host.ops, diary(&host.ops, ada).await);
    let owner = ops.find_member(&here, "ada@example.com").await.unwrap();
    let removed = ops.remove_member(ada, "diary", "ada@example.com").await;
    assert_eq!(kind(removed), ErrorKind::Forbidden);
    let left = ops.leave(&here, &owner.proxy_id).await;
    assert_eq!(kind(left), ErrorKind::Forbidden);

    for leaves in [false, true] {
        let bob = ops.add_member(ada, "diary", "bob@example.com", None).await;
        let bob = bob.unwrap().proxy_id;
        let session = ops.parts.sessions.start_member(here.id, bob.clone(), None);
        let session = session.await.unwrap();
        let mut changes = ops.parts.sessions.changes();
        assert!(!changes.has_changed().unwrap());
        if leaves {
            ops.leave(&here, &bob).await.unwrap();
        } else {
            let removed = ops.remove_member(ada, "diary", "bob@example.com").await;
            assert_eq!(removed.unwrap().proxy_id, bob);
        }
        assert!(changes.has_changed().unwrap(), "what is open looks again");
        changes.mark_unchanged();
        let found = ops.parts.sessions.member(here.id, &session).await;
        assert_eq!(found.unwrap(), None);
        assert_eq!(kind(ops.leave(&here, &bob).await), ErrorKind::NotFound);
    }
    let nobody = ProxyId::random();
    let removed = ops.remove_member(ada, "diary", nobody.as_str()).await;
    assert_eq!(kind(removed), ErrorKind::NotFound);
}

#[tokio::test]
async fn a_picture_takes_the_place_of_the_one_before() {
    let (host, ada) = with_diary().await;
    let (ops, here) = (&host.ops, diary(&host.ops, ada).await);
    let directory = ops.parts.data.appspace(here.id).avatars();
    let files = || fs::read_dir(&directory).map_or(0, Iterator::count);
    let set = async |picture: Option<&[u8]>| {
        let picture = picture.map(<[u8]>::to_vec);
        ops.set_member_picture(ada, "diary", "ada@example.com", picture)
            .await
    };
    let name = || async {
        let all = ops.members(ada, "diary").await.unwrap();
        all[0].avatar.clone()
    };
    set(Some(PNG)).await.unwrap();
    let first = name().await;
    assert!(directory.join(&first).is_file());
    assert_eq!(kind(set(Some(b"<svg/>")).await), ErrorKind::Invalid);
    assert_eq!(name().await, first);
    set(Some(PNG)).await.unwrap();
    assert_ne!(name().await, first, "no name shows two pictures");
    assert_eq!(files(), 1);
    let shown = ops.member_picture(ada, "diary", "ada@example.com").await;
    let (bytes, media_type) = shown.unwrap().unwrap();
    assert_eq!(media_type, "image/jpeg");
    assert_ne!(bytes, PNG, "it is made anew");
    set(None).await.unwrap();
    assert_eq!((name().await.as_str(), files()), ("", 0));

    let joined = Comer {
        picture: Some(ds_auth::pictures::remake(PNG).unwrap()),
        ..eve()
    };
    ops.set_join_rules(ada, "diary", "open", &[]).await.unwrap();
    ops.join(&here, &joined, None).await.unwrap();
    assert_eq!(files(), 1);
    ops.remove_member(ada, "diary", "b.example/eve")
        .await
        .unwrap();
    assert_eq!(files(), 0);
}

#[tokio::test]
async fn the_list_of_members_costs_the_same_however_many_there_are() {
    let (host, ada) = with_diary().await;
    let ops = &host.ops;
    let costs = async || {
        let before = host.store.queries();
        let all = ops.member_summaries(ada, "diary").await.unwrap();
        (all.len(), host.store.queries() - before)
    };
    let (_, first) = costs().await;
    for at in 0..12 {
        let email = format!("p{at}@example.com");
        host.account(&email, false).await;
        ops.add_member(ada, "diary", &email, None).await.unwrap();
        let dropid = format!("b.example/p{at}");
        ops.add_member(ada, "diary", &dropid, None).await.unwrap();
    }
    assert_eq!(costs().await, (25, first));
}
