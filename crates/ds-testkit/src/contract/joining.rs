//! How people become members.

use std::collections::BTreeSet;

use ds_auth::{
    Session, Subject,
    joining::{BarredWay, JoinBar, JoinLink, JoinRequest, JoinRules, Joining, MostWaiting, Who},
};
use ds_core::{
    AccountId, AppspaceId, LoginKind, MemberLogin, Permission, ProxyId, Timestamp, secret::Token,
};

use super::{HostStore, add_appspace, assert_missing};
use crate::sample::NOW;

const LATER: Timestamp = Timestamp(NOW.0 + 1);
const MUCH_LATER: Timestamp = Timestamp(NOW.0 + 1000);

fn permissions(names: &[&str]) -> BTreeSet<Permission> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

/// [`JoinStore`](ds_auth::joining::JoinStore).
pub async fn join_store(store: &impl HostStore) {
    let here = add_appspace(store, "notes.example.com").await.id;
    let there = add_appspace(store, "other.example.com").await.id;
    rules(store, here, there).await;
    links(store, here, there).await;
    requests(store, here, there).await;
    bars(store, here, there).await;
}

/// Somebody who may not come back, by their mail address alone.
pub(super) fn bar(name: &str) -> JoinBar {
    JoinBar {
        id: format!("id of {name}"),
        name: name.into(),
        barred: NOW,
        ways: vec![by_mail(name, "shown")],
    }
}

fn by_mail(name: &str, shown: &str) -> BarredWay {
    BarredWay {
        who: Who::email(&format!("{name}@example.com")),
        shown: shown.into(),
    }
}

async fn bars(store: &impl HostStore, here: AppspaceId, there: AppspaceId) {
    let asks = async |appspace, name: &str| {
        let who = Who::email(&format!("{name}@example.com"));
        let request = JoinRequest {
            id: format!("{appspace}{}", who.key()),
            appspace,
            who,
            name: "x".into(),
            asked: NOW,
        };
        assert!(
            store
                .add_join_request(&request, MostWaiting::anywhere(9))
                .await
                .unwrap()
        );
    };
    for (at, name) in [(here, "ada"), (here, "adal"), (there, "ada"), (here, "bob")] {
        asks(at, name).await;
    }
    let mut ada = bar("ada");
    ada.ways = vec![by_mail("ada", "shown"), by_mail("adal", "")];
    let mut bob = bar("bob");
    bob.barred = LATER;
    for _ in 0..2 {
        store.add_join_bar(here, &ada).await.unwrap();
    }
    let asking = store.join_requests(here).await.unwrap();
    assert_eq!(asking.len(), 1, "who may not is not asked about");
    assert_eq!(store.join_requests(there).await.unwrap().len(), 1);
    store.add_join_bar(here, &bob).await.unwrap();
    let listed = async |at| store.join_bars(at).await.unwrap();
    assert_eq!(listed(here).await, [bob.clone(), ada.clone()]);
    assert_eq!(listed(there).await, []);
    assert_missing(store.add_join_bar(AppspaceId::new(), &ada).await);
    store.lift_join_bar(there, &bob.id).await.unwrap();
    store.lift_join_bar(here, &ada.id).await.unwrap();
    store.lift_join_bar(here, &ada.id).await.unwrap();
    assert_eq!(listed(here).await, [bob.clone()]);

    // By whichever way, all of somebody's are lifted; and what is found to be one person's becomes one.
    let ways = |name: &str| BTreeSet::from([Who::email(&format!("{name}@example.com")).key()]);
    let lift = async |at, name| store.lift_join_bars_of(at, &ways(name)).await.unwrap();
    store.add_join_bar(here, &ada).await.unwrap();
    lift(there, "adal").await;
    lift(here, "nobody").await;
    assert_eq!(listed(here).await.len(), 2);
    lift(here, "adal").await;
    assert_eq!(listed(here).await, [bob.clone()]);
    store.add_join_bar(here, &ada).await.unwrap();
    let both = JoinBar {
        id: "both".into(),
        name: "Both".into(),
        barred: MUCH_LATER,
        ways: vec![
            by_mail("adal", "now"),
            by_mail("bob", ""),
            by_mail("bobb", ""),
        ],
    };
    store.add_join_bar(here, &both).await.unwrap();
    let ways = [
        ("ada", "shown"),
        ("adal", "now"),
        ("bob", "shown"),
        ("bobb", ""),
    ];
    let all = JoinBar {
        ways: ways.map(|(name, shown)| by_mail(name, shown)).into(),
        ..both
    };
    assert_eq!(listed(here).await, [all]);
    lift(here, "bobb").await;
    assert_eq!(listed(here).await, []);
    taken_over(store, here).await;
}

/// Of two people who had an address one after the other, each is somebody else.
async fn taken_over(store: &impl HostStore, here: AppspaceId) {
    let (first, second) = (AccountId::new(), AccountId::new());
    let of = |id: &str, account, barred| JoinBar {
        id: id.into(),
        name: id.into(),
        barred,
        ways: vec![
            BarredWay {
                who: Who::Account(account),
                shown: String::new(),
            },
            by_mail("info", "shown"),
        ],
    };
    let (one, mut other) = (of("one", first, NOW), of("other", second, LATER));
    store.add_join_bar(here, &one).await.unwrap();
    store.add_join_bar(here, &other).await.unwrap();
    other.ways.truncate(1);
    let listed = async || store.join_bars(here).await.unwrap();
    assert_eq!(listed().await, [other.clone(), one.clone()]);
    let ways: BTreeSet<String> = [&other.ways[0].who, &one.ways[1].who]
        .map(Who::key)
        .into_iter()
        .collect();
    store.lift_join_bars_of(here, &ways).await.unwrap();
    let left = JoinBar {
        ways: vec![one.ways[0].clone()],
        ..one
    };
    assert_eq!(listed().await, [left]);
    let ways = BTreeSet::from([Who::Account(first).key()]);
    store.lift_join_bars_of(here, &ways).await.unwrap();
    assert_eq!(listed().await, []);
}

async fn rules(store: &impl HostStore, here: AppspaceId, there: AppspaceId) {
    assert_eq!(
        store.join_rules(here).await.unwrap(),
        JoinRules::default(),
        "closed"
    );
    let open = JoinRules {
        joining: Joining::Open,
        permissions: permissions(&["edit", "read"]),
    };
    let approval = JoinRules {
        joining: Joining::Approval,
        permissions: permissions(&[]),
    };
    for rules in [&open, &approval, &open] {
        store.set_join_rules(here, rules).await.unwrap();
        assert_eq!(store.join_rules(here).await.unwrap(), *rules);
    }
    assert_eq!(store.join_rules(there).await.unwrap(), JoinRules::default());
    assert_missing(store.set_join_rules(AppspaceId::new(), &open).await);
}

async fn links(store: &impl HostStore, here: AppspaceId, there: AppspaceId) {
    let link = |appspace, uses_left, created| JoinLink {
        token: Token::random().hash(),
        appspace,
        permissions: permissions(&["edit"]),
        note: "for the choir".into(),
        uses_left,
        created,
        expires: MUCH_LATER,
    };
    let (older, newer) = (link(here, 2, NOW), link(here, 1, LATER));
    for one in [&older, &newer] {
        store.add_join_link(one).await.unwrap();
    }
    let nowhere = link(AppspaceId::new(), 1, NOW);
    assert_missing(store.add_join_link(&nowhere).await);
    let all = [newer.clone(), older.clone()];
    assert_eq!(store.join_links(here).await.unwrap(), all);
    assert_eq!(store.join_links(there).await.unwrap(), []);
    let found = store.join_link(&older.token).await.unwrap();
    assert_eq!(found.as_ref(), Some(&older));
    assert_eq!(
        store.join_link(&Token::random().hash()).await.unwrap(),
        None
    );

    let used = |now| store.use_join_link(&older.token, now);
    assert_eq!(used(MUCH_LATER).await.unwrap(), None, "it has ended");
    assert_eq!(used(LATER).await.unwrap().unwrap().uses_left, 1);
    assert_eq!(used(LATER).await.unwrap().unwrap().uses_left, 0);
    assert_eq!(used(LATER).await.unwrap(), None, "it is used up");
    store.unuse_join_link(&older.token).await.unwrap();
    assert!(used(LATER).await.unwrap().is_some());
    store.unuse_join_link(&nowhere.token).await.unwrap();

    let remove = |at, link: &JoinLink| {
        let token = link.token.clone();
        async move { store.remove_join_link(at, &token).await.unwrap() }
    };
    assert!(!remove(there, &newer).await, "it is not theirs");
    assert!(remove(here, &newer).await);
    assert!(!remove(here, &newer).await);
    store.purge_joining(MUCH_LATER).await.unwrap();
    assert!(store.join_link(&older.token).await.unwrap().is_some());
    let after = Timestamp(MUCH_LATER.0 + 1);
    store.purge_joining(after).await.unwrap();
    assert_eq!(store.join_link(&older.token).await.unwrap(), None);
}

async fn requests(store: &impl HostStore, here: AppspaceId, there: AppspaceId) {
    let request = |appspace, id: &str, who: Who, asked| JoinRequest {
        id: id.into(),
        appspace,
        who,
        name: id.into(),
        asked,
    };
    let dropid = Who::Login(MemberLogin {
        kind: LoginKind::DropId,
        name: "b.example/ada".into(),
        signed_by: "https://b.example/".into(),
    });
    let ada = request(here, "ada", dropid.clone(), LATER);
    let bob = request(here, "bob", Who::Account(AccountId::new()), NOW);
    let eve = request(here, "eve", Who::email("eve@example.com"), NOW);
    assert!(
        store
            .add_join_request(&ada, MostWaiting::anywhere(2))
            .await
            .unwrap()
    );
    assert!(
        store
            .add_join_request(&bob, MostWaiting::anywhere(2))
            .await
            .unwrap()
    );
    assert!(
        !store
            .add_join_request(&eve, MostWaiting::anywhere(2))
            .await
            .unwrap(),
        "full"
    );
    let elsewhere = request(there, "else", dropid.clone(), NOW);
    assert!(
        store
            .add_join_request(&elsewhere, MostWaiting::anywhere(2))
            .await
            .unwrap()
    );
    let nowhere = request(AppspaceId::new(), "none", dropid.clone(), NOW);
    assert_missing(
        store
            .add_join_request(&nowhere, MostWaiting::anywhere(2))
            .await,
    );

    // Who asks again keeps their place, with what they say now.
    let mut again = request(here, "again", dropid, MUCH_LATER);
    again.name = "Countess".into();
    assert!(
        store
            .add_join_request(&again, MostWaiting::anywhere(2))
            .await
            .unwrap()
    );
    let mut ada = ada;
    ada.name = "Countess".into();
    let all = [bob.clone(), ada.clone()];
    assert_eq!(store.join_requests(here).await.unwrap(), all);

    let take = |at, id| store.take_join_request(at, id);
    assert_eq!(take(there, "ada").await.unwrap(), None);
    assert_eq!(take(here, "ada").await.unwrap(), Some(ada));
    assert_eq!(take(here, "ada").await.unwrap(), None);
    store.purge_joining(LATER).await.unwrap();
    assert_eq!(store.join_requests(here).await.unwrap(), []);
    of_one_host(store, here).await;
}

/// Whoever has a host or a domain makes as many names there as they like, and fills no door with them.
async fn of_one_host(store: &impl HostStore, here: AppspaceId) {
    let most = MostWaiting {
        all: 9,
        of_host: 2,
        of_domain: 3,
    };
    let ask = async |kind, name: &str| {
        let who = Who::Login(MemberLogin {
            kind,
            name: name.into(),
            signed_by: String::new(),
        });
        let request = JoinRequest {
            id: name.into(),
            appspace: here,
            who,
            name: name.into(),
            asked: NOW,
        };
        store.add_join_request(&request, most).await.unwrap()
    };
    for (kind, name, expect) in [
        (LoginKind::DropId, "a.evil.example/1", true),
        (LoginKind::DropId, "a.evil.example/2", true),
        (LoginKind::DropId, "a.evil.example/3", false),
        (LoginKind::DropId, "a.evil.example:8443/3", false),
        (LoginKind::Profile, "https://a.evil.example/3", false),
        (LoginKind::DropId, "a.evil.example/1", true),
        (LoginKind::DropId, "b.evil.example/1", true),
        (LoginKind::DropId, "c.evil.example/1", false),
        (LoginKind::Email, "eve@evil.example", false),
        (LoginKind::DropId, "good.example/ada", true),
        (LoginKind::Email, "ada@other.example", true),
    ] {
        assert_eq!(ask(kind, name).await, expect, "{name}");
    }
    // Accounts of this host are none of a host.
    for number in 0..4 {
        let request = JoinRequest {
            id: format!("account{number}"),
            appspace: here,
            who: Who::Account(AccountId::new()),
            name: String::new(),
            asked: NOW,
        };
        assert!(store.add_join_request(&request, most).await.unwrap());
    }
    store.purge_joining(LATER).await.unwrap();
}

/// When members were here last, of [`SessionList`](ds_auth::people::SessionList).
pub async fn last_ends(store: &impl HostStore) {
    let here = add_appspace(store, "notes.example.com").await.id;
    let there = add_appspace(store, "other.example.com").await.id;
    let (ada, bob) = (ProxyId::random(), ProxyId::random());
    let begin = async |appspace, who: &ProxyId, expires| {
        let session = Session {
            subject: Subject::Member {
                appspace,
                proxy_id: who.clone(),
                account: None,
            },
            created: NOW,
            expires,
        };
        let token = Token::random().hash();
        store.add_session(&token, &session, None).await.unwrap();
    };
    assert_eq!(store.last_ends(here).await.unwrap(), []);
    begin(here, &ada, MUCH_LATER).await;
    begin(here, &ada, LATER).await;
    begin(here, &bob, LATER).await;
    begin(there, &bob, MUCH_LATER).await;
    let mut ends = store.last_ends(here).await.unwrap();
    ends.sort_by_key(|(_, end)| *end);
    assert_eq!(ends, [(bob, LATER), (ada, MUCH_LATER)]);
}
