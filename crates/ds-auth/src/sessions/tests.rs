//! The memory against the store, one after the other and all at once.

mod fake;
mod interleaved;
mod twin;

use std::time::Duration;

use ds_core::{AccountId, AppspaceId, ProxyId, secret::Token};

use super::*;
use crate::{Authenticator as _, Cookies, SessionAuthenticator, Visitor};
use fake::{Fake, member};

async fn start(sessions: &Sessions, account: AccountId) -> Token {
    let who = sessions.standing(account).await.unwrap();
    sessions.start_account(who).await.unwrap()
}

#[tokio::test]
async fn a_login_that_an_end_overtook_begins_no_session() {
    let (fake, sessions) = Fake::with_sessions();
    let (here, ada) = (AppspaceId::new(), member("Ada"));
    fake.put_member(here, &ada);
    let [own, other] = [(); 2].map(|()| AccountId::new());
    let (checked, of_other) = (
        sessions.standing(own).await.unwrap(),
        sessions.standing(other).await.unwrap(),
    );
    let since = sessions.end_account(own).await.unwrap();
    let missing =
        |begun: Result<Token, StoreError>| matches!(begun, Err(StoreError::Missing { .. }));
    assert!(missing(sessions.start_account(checked).await));
    let there = sessions.start_member(here, ada.proxy_id.clone(), Some(checked));
    assert!(missing(there.await));
    // Others' go on, and so does whoever shows it anew, or ended the rest.
    sessions.start_account(of_other).await.unwrap();
    start(&sessions, own).await;
    let who = Standing {
        account: own,
        since,
    };
    sessions.start_account(who).await.unwrap();
}

#[tokio::test]
async fn known_sessions_cost_no_query() {
    let (fake, sessions) = Fake::with_sessions();
    let (here, ada) = (AppspaceId::new(), member("Ada"));
    fake.put_member(here, &ada);
    let account = AccountId::new();
    let site = start(&sessions, account).await;
    let token = sessions
        .start_member(here, ada.proxy_id.clone(), None)
        .await
        .unwrap();
    assert_eq!(sessions.account(&site).await.unwrap(), Some(account));
    assert_eq!(
        sessions.member(here, &token).await.unwrap().as_deref(),
        Some(&ada)
    );

    let before = fake.queries();
    for _ in 0..100 {
        assert_eq!(sessions.account(&site).await.unwrap(), Some(account));
        assert_eq!(
            sessions.member(here, &token).await.unwrap().as_deref(),
            Some(&ada)
        );
    }
    assert_eq!(fake.queries(), before);
}

#[tokio::test]
async fn a_token_is_good_at_its_own_site_alone() {
    let (fake, sessions) = Fake::with_sessions();
    let (here, there, ada) = (AppspaceId::new(), AppspaceId::new(), member("Ada"));
    // The same person, by the same id, at both.
    fake.put_member(here, &ada);
    fake.put_member(there, &ada);
    let token = sessions
        .start_member(here, ada.proxy_id.clone(), None)
        .await
        .unwrap();
    let site = start(&sessions, AccountId::new()).await;
    for _ in 0..2 {
        assert_eq!(sessions.member(there, &token).await.unwrap(), None);
        assert_eq!(sessions.account(&token).await.unwrap(), None);
        assert_eq!(sessions.member(here, &site).await.unwrap(), None);
        assert!(sessions.member(here, &token).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn strangers_cost_little() {
    let (fake, sessions) = Fake::with_sessions();
    let here = AppspaceId::new();
    for text in [
        "",
        "x",
        &"a".repeat(44),
        &"ä".repeat(43),
        &"!".repeat(43),
        &"a".repeat(9999),
    ] {
        assert_eq!(
            sessions
                .member(here, &Token::presented(text))
                .await
                .unwrap(),
            None
        );
    }
    assert_eq!(
        fake.queries(),
        0,
        "what cannot be a token is not looked for"
    );
    let stale = Token::random();
    for _ in 0..10 {
        assert_eq!(sessions.member(here, &stale).await.unwrap(), None);
    }
    assert_eq!(fake.queries(), 1, "an old cookie is looked for once");
}

/// Anybody may say that they log out: with nothing to end, nothing is written, and nobody is asked again who they are.
#[tokio::test]
async fn ending_what_is_none_disturbs_nobody() {
    let (fake, sessions) = Fake::with_sessions();
    let account = AccountId::new();
    let own = start(&sessions, account).await;
    let changes = sessions.changes();
    let writes = fake.writes();
    for text in ["", "x", &"a".repeat(44), &"!".repeat(43)] {
        sessions.end(&Token::presented(text)).await.unwrap();
    }
    assert_eq!(fake.queries(), writes, "what cannot be a token");
    for _ in 0..10 {
        sessions.end(&Token::random()).await.unwrap();
    }
    sessions.end_listed(&Token::random().hash()).await.unwrap();
    assert_eq!(fake.writes(), writes + 1, "only what a list names is tried");
    assert!(!changes.has_changed().unwrap());
    sessions.end(&own).await.unwrap();
    assert!(changes.has_changed().unwrap());
    assert_eq!(sessions.account(&own).await.unwrap(), None);
    let ended = fake.writes();
    sessions.end(&own).await.unwrap();
    assert_eq!(fake.writes(), ended, "it is over");
}

/// Whatever begins sessions again and again fills nothing.
#[tokio::test]
async fn a_member_has_so_many_sessions_at_most() {
    let (fake, sessions) = Fake::with_sessions();
    let (here, ada, link) = (AppspaceId::new(), member("Ada"), member("A link"));
    for member in [&ada, &link] {
        fake.put_member(here, member);
    }
    let mut begun = Vec::new();
    for _ in 0..=MOST_OF_MEMBER {
        let own = sessions.start_member(here, ada.proxy_id.clone(), None);
        let of_link = sessions.start_link(here, link.proxy_id.clone());
        let both = [own.await.unwrap(), of_link.await.unwrap()];
        for token in &both {
            assert!(sessions.member(here, token).await.unwrap().is_some());
        }
        begun.push(both);
        fake.clock.advance(Duration::from_mins(1));
    }
    for (number, [own, of_link]) in begun.iter().enumerate() {
        // Also where it was remembered.
        let is_in = sessions.member(here, own).await.unwrap().is_some();
        assert_eq!(is_in, number > 0, "{number}");
        assert!(sessions.member(here, of_link).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn use_moves_the_end_at_most_once_an_hour() {
    let (fake, sessions) = Fake::with_sessions();
    let token = start(&sessions, AccountId::new()).await;
    let used = async |sessions: &Sessions| sessions.account(&token).await.unwrap().is_some();
    assert!(used(&sessions).await);
    let writes = fake.writes();
    fake.clock.advance(Duration::from_mins(59));
    assert!(used(&sessions).await);
    assert_eq!(fake.writes(), writes);
    fake.clock.advance(Duration::from_mins(1));
    for _ in 0..10 {
        assert!(used(&sessions).await);
    }
    assert_eq!(fake.writes(), writes + 1);

    for _ in 0..10 {
        fake.clock
            .advance(ACCOUNT_LASTS.saturating_sub(Duration::from_secs(1)));
        assert!(used(&sessions).await);
    }
    fake.clock.advance(ACCOUNT_LASTS);
    assert!(!used(&sessions).await);
    // Nor after a restart.
    assert!(!used(&fake.sessions()).await);
}

#[tokio::test]
async fn the_end_is_moved_in_the_store_too() {
    let (fake, sessions) = Fake::with_sessions();
    let (here, ada) = (AppspaceId::new(), member("Ada"));
    fake.put_member(here, &ada);
    let token = sessions
        .start_member(here, ada.proxy_id, None)
        .await
        .unwrap();
    fake.clock.advance(Duration::from_hours(13 * 24));
    assert!(sessions.member(here, &token).await.unwrap().is_some());
    fake.clock.advance(Duration::from_hours(13 * 24));
    assert!(
        fake.sessions()
            .member(here, &token)
            .await
            .unwrap()
            .is_some()
    );
}

#[tokio::test]
async fn a_removed_member_is_nobody() {
    let (fake, sessions) = Fake::with_sessions();
    let (here, ada) = (AppspaceId::new(), member("Ada"));
    fake.put_member(here, &ada);
    let id: ProxyId = ada.proxy_id.clone();
    let token = sessions.start_member(here, id.clone(), None).await.unwrap();
    assert!(sessions.member(here, &token).await.unwrap().is_some());
    fake.drop_member(here, &id);
    sessions.forget_appspace(here);
    assert_eq!(sessions.member(here, &token).await.unwrap(), None);
    fake.put_member(here, &ada);
    sessions.forget_appspace(here);
    assert!(sessions.member(here, &token).await.unwrap().is_some());
    sessions.end_member(here, &id).await.unwrap();
    assert_eq!(sessions.member(here, &token).await.unwrap(), None);
}

#[tokio::test]
async fn a_caller_who_leaves_does_not_stop_a_revocation() {
    let (fake, sessions) = Fake::with_sessions();
    let account = AccountId::new();
    let token = start(&sessions, account).await;
    assert!(sessions.account(&token).await.unwrap().is_some());
    fake.pauses.lock().unwrap().extend([3; 64]);
    let polled_once = {
        let mut ending = Box::pin(sessions.end(&token));
        futures_poll(&mut ending).await
    };
    assert!(!polled_once, "it left before the end");
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(sessions.account(&token).await.unwrap(), None);
    assert!(fake.token_is_gone(&token));
}

/// Polls once; whether it was done.
async fn futures_poll<F: Future + Unpin>(future: &mut F) -> bool {
    std::future::poll_fn(|context| {
        std::task::Poll::Ready(std::pin::Pin::new(&mut *future).poll(context).is_ready())
    })
    .await
}

#[tokio::test]
async fn the_cookie_tells_who_it_is() {
    let (fake, sessions) = Fake::with_sessions();
    let (here, ada) = (AppspaceId::new(), member("Ada"));
    fake.put_member(here, &ada);
    let token = sessions
        .start_member(here, ada.proxy_id.clone(), None)
        .await
        .unwrap();
    let authenticator = SessionAuthenticator::new(sessions, Cookies { secure: true });
    let identify = async |appspace, cookie: String| {
        let mut headers = http::HeaderMap::new();
        headers.insert(http::header::COOKIE, cookie.try_into().unwrap());
        authenticator.identify(appspace, &headers).await.unwrap()
    };
    let good = format!("a=b; __Host-ds-member={}", token.reveal());
    let visitor = identify(here, good.clone()).await;
    assert_eq!(visitor, Visitor::Member(Arc::new(ada)));
    let unprefixed = format!("ds-member={}", token.reveal());
    for (appspace, cookie) in [
        (here, "a=b".into()),
        (here, unprefixed),
        (here, format!("{good}x")),
        (AppspaceId::new(), good),
    ] {
        assert_eq!(identify(appspace, cookie).await, Visitor::Anonymous);
    }
}
