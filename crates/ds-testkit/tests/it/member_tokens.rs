//! Keys, links and programs that were let in, by their rules, over stores in memory.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use ds_auth::{
    AuthError, Authenticator as _, Cookies, MemberToken, MemberTokenError, MemberTokenStore as _,
    MemberTokens, NewMemberToken, SessionAuthenticator, Sessions, TokenKind, Visitor,
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

#[tokio::test]
async fn a_scope_cuts_what_the_member_may() {
    let world = World::new().await;
    let check =
        async |member: &ProxyId, scope: Option<&[&str]>, expect: &[&str], is_owner: bool| {
            let new = NewMemberToken {
                scope: scope.map(permissions),
                ..world.new_token(member, TokenKind::Client)
            };
            let (_, text) = world.make(new).await;
            let got = world.who(&text).await.unwrap();
            assert_eq!(
                (&got.permissions, got.is_owner),
                (&permissions(expect), is_owner)
            );
        };
    check(&world.bob, None, &["edit", "read"], false).await;
    check(&world.bob, Some(&[]), &[], false).await;
    check(&world.bob, Some(&["edit"]), &["edit"], false).await;
    check(&world.bob, Some(&["edit", "admin"]), &["edit"], false).await;
    check(&world.ada, Some(&["edit"]), &["edit"], false).await;
    check(&world.ada, Some(&[]), &[], false).await;
    check(&world.ada, None, &[], true).await;
}

#[tokio::test]
async fn what_a_member_loses_their_programs_lose() {
    let world = World::new().await;
    let new = NewMemberToken {
        scope: Some(permissions(&["edit"])),
        ..world.new_token(&world.bob, TokenKind::Client)
    };
    let (_, client) = world.make(new).await;
    assert_eq!(world.who(&client).await.unwrap().permissions.len(), 1);
    let edit = "edit".parse().unwrap();
    let taken = world
        .memory
        .set_permission(world.here, &world.bob, &edit, false);
    taken.await.unwrap();
    world.sessions.forget_appspace(world.here);
    assert!(world.who(&client).await.unwrap().permissions.is_empty());
}

#[tokio::test]
async fn rules() {
    let world = World::new().await;
    let check = async |name: &str, days: Option<u32>, expect: bool| {
        let new = NewMemberToken {
            name: name.into(),
            days,
            ..world.new_token(&world.bob, TokenKind::Key)
        };
        assert_eq!(
            world.tokens.make(new).await.is_ok(),
            expect,
            "{name:?} {days:?}"
        );
    };
    check("x", Some(1), true).await;
    check(" x ", None, true).await;
    check("", None, false).await;
    check("   ", None, false).await;
    check("a\nb", None, false).await;
    check(&"x".repeat(81), None, false).await;
    check("x", Some(0), false).await;
    check("x", Some(3661), false).await;

    for _ in 2..100 {
        world
            .make(world.new_token(&world.bob, TokenKind::Link))
            .await;
    }
    let more = world
        .tokens
        .make(world.new_token(&world.bob, TokenKind::Key))
        .await;
    assert!(matches!(more, Err(MemberTokenError::TooMany(100))));
    for _ in 0..50 {
        world
            .make(world.new_token(&world.bob, TokenKind::Client))
            .await;
    }
    let more = world
        .tokens
        .make(world.new_token(&world.bob, TokenKind::Client))
        .await;
    assert!(matches!(more, Err(MemberTokenError::TooMany(50))));
    world
        .make(world.new_token(&world.ada, TokenKind::Client))
        .await;
}

#[tokio::test]
async fn sessions_of_a_link_end_with_it() {
    let world = World::new().await;
    let (_, link) = world
        .make(world.new_token(&world.bob, TokenKind::Link))
        .await;
    let session = world
        .sessions
        .start_member(world.here, world.bob.clone(), None);
    let session = session.await.unwrap();
    world.clock.advance(Duration::from_hours(30 * 24));
    let session_2 = world
        .sessions
        .start_member(world.here, world.ada.clone(), None);
    let session_2 = session_2.await.unwrap();
    world.tokens.tidy().await.unwrap();
    assert!(
        world
            .tokens
            .link(world.here, &link)
            .await
            .unwrap()
            .is_none()
    );
    let of_link = world.sessions.member(world.here, &session).await.unwrap();
    let of_ada = world.sessions.member(world.here, &session_2).await.unwrap();
    assert!(of_link.is_none() && of_ada.is_some());
}

#[tokio::test]
async fn a_wrong_token_is_nobody_even_with_a_good_cookie() {
    let world = World::new().await;
    let cookies = Cookies { secure: true };
    let (_, key) = world
        .make(world.new_token(&world.bob, TokenKind::Key))
        .await;
    let session = world
        .sessions
        .start_member(world.here, world.ada.clone(), None);
    let cookie = format!(
        "{}={}",
        cookies.name(Kind::Member),
        session.await.unwrap().reveal()
    );
    let authenticator = SessionAuthenticator::new(world.sessions.clone(), cookies)
        .with_tokens(world.tokens.clone());
    let ask = async |authorization: &[&str], cookie: Option<&str>| {
        let mut headers = HeaderMap::new();
        for value in authorization {
            headers.append(header::AUTHORIZATION, HeaderValue::from_str(value).unwrap());
        }
        if let Some(cookie) = cookie {
            headers.insert(header::COOKIE, HeaderValue::from_str(cookie).unwrap());
        }
        match authenticator.identify(world.here, &headers).await {
            Ok(Visitor::Member(member)) => Ok(Some(member.proxy_id.clone())),
            Ok(Visitor::Anonymous) => Ok(None),
            Err(AuthError::Token) => Err(()),
            Err(error) => panic!("{error}"),
        }
    };
    let good = format!("Bearer {key}");
    let wrong = format!("Bearer ds_{}", Token::random().reveal());
    let cookie = Some(cookie.as_str());
    assert_eq!(ask(&[&good], None).await, Ok(Some(world.bob.clone())));
    assert_eq!(ask(&[&good], cookie).await, Ok(Some(world.bob.clone())));
    assert_eq!(ask(&[&wrong], cookie).await, Err(()));
    assert_eq!(ask(&[&wrong], None).await, Err(()));
    assert_eq!(ask(&[&good, &wrong], cookie).await, Err(()));
    assert_eq!(
        ask(&["Bearer of-the-app"], cookie).await,
        Ok(Some(world.ada.clone()))
    );
    assert_eq!(ask(&["Basic eDp5"], None).await, Ok(None));
}

#[tokio::test]
async fn a_code_used_twice_ends_the_token_that_came_of_it() {
    let world = World::new().await;
    let native = NativeApps::new(world.tokens.clone(), world.clock.clone());
    let verifier = Token::random();
    let redirect = "http://127.0.0.1:8123/cb";
    let pairs = [
        ("response_type", "code"),
        ("client_id", "notes-cli"),
        ("redirect_uri", redirect),
        ("code_challenge", verifier.hash().as_str()),
        ("code_challenge_method", "S256"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let asked = Asked::read(pairs.into_iter()).unwrap();
    let leave = Leave {
        appspace: world.here,
        member: world.bob.clone(),
        account: None,
        client: asked.client.clone(),
        scope: permissions(&["edit"]),
        standing: native.standing(world.here, None),
    };
    let code = native.allow(&asked, leave.clone()).unwrap();
    let redeem = || native.redeem(world.here, "notes-cli", redirect, &code, verifier.reveal());
    let (token, text) = redeem().await.unwrap();
    assert_eq!(
        (token.kind, token.name.as_str()),
        (TokenKind::Client, "notes-cli")
    );
    assert!(world.is_good(&text).await);
    assert_eq!(redeem().await.unwrap_err().code(), "invalid_grant");
    assert!(!world.is_good(&text).await);
    assert_eq!(world.memory.member_tokens(world.here).await.unwrap(), []);

    // A member does not let in many, so that others' codes are not pushed out.
    for _ in 1..30 {
        native.allow(&asked, leave.clone()).unwrap();
    }
    assert!(native.allow(&asked, leave).is_err());
}

#[tokio::test]
async fn what_was_allowed_ends_with_what_is_revoked_before_it_is_fetched() {
    let world = World::new().await;
    let native = NativeApps::new(world.tokens.clone(), world.clock.clone());
    let begin = || native.begin(world.here, None, "tv".into(), BTreeSet::new());
    let allow = |code: &str| {
        let leave = Leave {
            appspace: world.here,
            member: world.bob.clone(),
            account: None,
            client: "tv".into(),
            scope: BTreeSet::new(),
            standing: native.standing(world.here, None),
        };
        assert!(native.decide(world.here, code, Some(leave)));
    };
    let [kept, late] = [(); 2].map(|()| begin().unwrap());
    allow(&kept.user_code);
    let made = native.poll(world.here, "tv", &kept.device_code).await;
    assert!(world.is_good(&made.unwrap().1).await);

    allow(&late.user_code);
    let ended = world.tokens.end_member(world.here, &world.bob);
    ended.await.unwrap();
    let made = native.poll(world.here, "tv", &late.device_code).await;
    assert_eq!(made.unwrap_err().code(), "invalid_grant");
    assert_eq!(world.memory.member_tokens(world.here).await.unwrap(), []);
}

#[tokio::test]
async fn codes_are_not_guessed_and_devices_do_not_flood() {
    let world = World::new().await;
    let native = NativeApps::new(world.tokens.clone(), world.clock.clone());
    let from = Some("192.0.2.1".parse().unwrap());
    let begin = || native.begin(world.here, from, "tv".into(), BTreeSet::new());
    for _ in 0..30 {
        begin().unwrap();
    }
    assert_eq!(begin().unwrap_err().code(), "slow_down");
    for _ in 0..20 {
        let found = native.typed(world.here, &world.bob, "BBBB-BBBB").unwrap();
        assert!(found.is_none());
    }
    assert!(native.typed(world.here, &world.bob, "BBBB-BBBB").is_err());
    assert!(native.typed(world.here, &world.ada, "BBBB-BBBB").is_ok());
}
