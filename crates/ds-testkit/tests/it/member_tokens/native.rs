//! How programs are let in.

use super::{Asked, BTreeSet, Leave, NativeApps, Token, TokenKind, World, permissions};
use ds_auth::MemberTokenStore as _;

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
