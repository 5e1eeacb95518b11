//! Keys, links and programs that were let in, by their rules, over stores in memory.

mod native;
mod rules;

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use ds_auth::{
    AuthError, Cookies, MemberToken, MemberTokenError, MemberTokens, NewMemberToken,
    SessionAuthenticator, Sessions, TokenKind, Visitor,
    cookie::Kind,
    oauth::{Asked, Leave, NativeApps},
};
use ds_core::{
    AppspaceId, Clock as _, ManualClock, Member, MemberStore as _, Permission, ProxyId,
    secret::Token,
};
use ds_testkit::{Memory, sample};
use http::{HeaderMap, HeaderValue, header};

struct World {
    memory: Memory,
    clock: Arc<ManualClock>,
    sessions: Sessions,
    tokens: MemberTokens,
    here: AppspaceId,
    /// Ada, the owner.
    ada: ProxyId,
    /// Bob, who may `edit` and `read`.
    bob: ProxyId,
}

fn permissions(names: &[&str]) -> BTreeSet<Permission> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

impl World {
    async fn new() -> Self {
        let (memory, clock, here) = (Memory::new(), sample::clock(), AppspaceId::new());
        let store = Arc::new(memory.clone());
        let sessions = Sessions::new(store.clone(), store.clone(), clock.clone());
        let tokens = MemberTokens::new(store.clone(), store, sessions.clone(), clock.clone());
        let ada = sample::owner("Ada");
        let bob = Member {
            permissions: permissions(&["edit", "read"]),
            ..sample::member("Bob")
        };
        memory.add_member(here, &ada, None).await.unwrap();
        memory.add_member(here, &bob, None).await.unwrap();
        Self {
            memory,
            clock,
            sessions,
            tokens,
            here,
            ada: ada.proxy_id,
            bob: bob.proxy_id,
        }
    }

    fn new_token(&self, member: &ProxyId, kind: TokenKind) -> NewMemberToken {
        NewMemberToken {
            appspace: self.here,
            member: member.clone(),
            account: None,
            kind,
            name: "Script".into(),
            scope: None,
            path: String::new(),
            days: Some(30),
        }
    }

    async fn make(&self, new: NewMemberToken) -> (MemberToken, String) {
        self.tokens.make(new).await.unwrap()
    }

    async fn who(&self, token: &str) -> Option<Arc<Member>> {
        self.tokens.bearer(self.here, token).await.unwrap()
    }

    async fn is_good(&self, token: &str) -> bool {
        self.who(token).await.is_some()
    }
}

#[tokio::test]
async fn what_was_looked_up_costs_no_query_and_one_write_an_hour() {
    let world = World::new().await;
    let (_, key) = world
        .make(world.new_token(&world.bob, TokenKind::Key))
        .await;
    assert!(key.starts_with("ds_") && key.len() == 46);
    assert_eq!(world.who(&key).await.unwrap().proxy_id, world.bob);
    let before = world.memory.queries();
    for _ in 0..100 {
        assert!(world.is_good(&key).await);
    }
    assert_eq!(world.memory.queries(), before);
    world.clock.advance(Duration::from_mins(61));
    assert!(world.is_good(&key).await && world.is_good(&key).await);
    assert_eq!(world.memory.queries(), before + 1);
    let listed = world.tokens.list(world.here).await.unwrap();
    assert_eq!(listed[0].last_used, Some(world.clock.now()));

    // A wrong one is asked for once.
    let wrong = format!("ds_{}", Token::random().reveal());
    assert!(!world.is_good(&wrong).await);
    let before = world.memory.queries();
    assert!(!world.is_good(&wrong).await);
    assert_eq!(world.memory.queries(), before);
}

#[tokio::test]
async fn a_token_is_good_where_and_for_what_it_was_made() {
    let world = World::new().await;
    let (_, key) = world
        .make(world.new_token(&world.bob, TokenKind::Key))
        .await;
    let (_, link) = world
        .make(world.new_token(&world.bob, TokenKind::Link))
        .await;
    let (_, client) = world
        .make(world.new_token(&world.bob, TokenKind::Client))
        .await;
    let session = world
        .sessions
        .start_member(world.here, world.bob.clone(), None);
    let session = session.await.unwrap().reveal().to_owned();
    let there = AppspaceId::new();
    let bob = sample::member("Bob");
    let bob = Member {
        proxy_id: world.bob.clone(),
        ..bob
    };
    world.memory.add_member(there, &bob, None).await.unwrap();

    for (text, bearer, opens_link) in [
        (key.as_str(), true, false),
        (&client, true, false),
        (&link, false, true),
        (&format!("ds_{link}"), false, false),
        (&key[3..], false, false),
        (&session, false, false),
        (&format!("ds_{session}"), false, false),
        (&format!("dst_{}", &key[3..]), false, false),
        (&format!("{key}x"), false, false),
        ("ds_", false, false),
        ("", false, false),
    ] {
        assert_eq!(world.is_good(text).await, bearer, "{text}");
        let found = world.tokens.link(world.here, text).await.unwrap();
        assert_eq!(found.is_some(), opens_link, "{text}");
        assert!(
            world.tokens.bearer(there, text).await.unwrap().is_none(),
            "{text}"
        );
        assert!(
            world.tokens.link(there, text).await.unwrap().is_none(),
            "{text}"
        );
    }
    let as_session = Token::presented(&key[3..]);
    let member = world
        .sessions
        .member(world.here, &as_session)
        .await
        .unwrap();
    assert!(member.is_none(), "a key is no session");
}

#[tokio::test]
async fn what_is_revoked_ends_at_once() {
    let world = World::new().await;
    let (token, key) = world
        .make(world.new_token(&world.bob, TokenKind::Key))
        .await;
    assert!(world.is_good(&key).await);
    let other = world.tokens.remove(AppspaceId::new(), token.id).await;
    assert!(matches!(other, Err(MemberTokenError::NotThere)));
    world.tokens.remove(world.here, token.id).await.unwrap();
    assert!(!world.is_good(&key).await);

    // With its member, and not again with an older state of the appspace.
    let (_, key) = world
        .make(world.new_token(&world.bob, TokenKind::Key))
        .await;
    assert!(world.is_good(&key).await);
    let bob = world
        .memory
        .member(world.here, &world.bob)
        .await
        .unwrap()
        .unwrap();
    world
        .memory
        .remove_member(world.here, &world.bob)
        .await
        .unwrap();
    world
        .tokens
        .end_member(world.here, &world.bob)
        .await
        .unwrap();
    assert!(!world.is_good(&key).await);
    world
        .memory
        .add_member(world.here, &bob, None)
        .await
        .unwrap();
    world.sessions.forget_appspace(world.here);
    assert!(!world.is_good(&key).await);

    // With its time.
    let (_, key) = world
        .make(world.new_token(&world.ada, TokenKind::Key))
        .await;
    world.clock.advance(Duration::from_hours(30 * 24 - 1));
    assert!(world.is_good(&key).await);
    world.clock.advance(Duration::from_hours(1));
    assert!(!world.is_good(&key).await);

    // A program that nobody uses.
    let client = NewMemberToken {
        days: None,
        ..world.new_token(&world.ada, TokenKind::Client)
    };
    let (_, client) = world.make(client).await;
    for _ in 0..5 {
        world.clock.advance(Duration::from_hours(89 * 24));
        assert!(world.is_good(&client).await, "use keeps it");
    }
    world.clock.advance(Duration::from_hours(91 * 24));
    assert!(!world.is_good(&client).await);
}
