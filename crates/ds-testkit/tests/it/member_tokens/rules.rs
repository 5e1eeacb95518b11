//! Scopes, bounds, and what stands beside tokens.

use super::{
    AuthError, Cookies, Duration, HeaderMap, HeaderValue, Kind, MemberTokenError, NewMemberToken,
    ProxyId, SessionAuthenticator, Token, TokenKind, Visitor, World, header, permissions,
};
use ds_auth::Authenticator as _;
use ds_core::MemberStore as _;

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
