//! Forms and commands that arrive slowly, while what their sender could do ends.

use std::{future::poll_fn, pin::Pin, task::Poll};

use axum::{
    body::{Body, Bytes},
    http::{Request, StatusCode, header},
    response::Response,
};
use ds_auth::{AccountStore as _, SessionStore as _, people::RoleStore as _};
use http_body_util::channel::{Channel, Sender};
use tower::ServiceExt as _;

use super::{ORIGIN, PASSWORD, Site};

type Waiting = Pin<Box<dyn Future<Output = Response>>>;

/// A request that has been sent but for the last byte of its body.
struct Slow {
    answer: Waiting,
    rest: Sender<Bytes, std::io::Error>,
    last: Bytes,
}

impl Slow {
    async fn begin(site: &Site, request: axum::http::request::Builder, body: &str) -> Self {
        let body = Bytes::from(body.to_owned());
        let (mut rest, channel) = Channel::new(2);
        let last = body.slice(body.len() - 1..);
        rest.send_data(body.slice(..body.len() - 1)).await.unwrap();
        let request = request.body(Body::new(channel)).unwrap();
        let router = site.router.clone();
        let mut answer: Waiting = Box::pin(async move { router.oneshot(request).await.unwrap() });
        let waits = poll_fn(|context| Poll::Ready(answer.as_mut().poll(context).is_pending()));
        assert!(waits.await, "it waits for the rest");
        // What is asked of the store meanwhile is answered.
        for _ in 0..100 {
            let _ = poll_fn(|context| Poll::Ready(answer.as_mut().poll(context))).await;
            tokio::task::yield_now().await;
        }
        Self { answer, rest, last }
    }

    async fn ends(mut self) -> (StatusCode, String, String) {
        self.rest.send_data(self.last).await.unwrap();
        drop(self.rest);
        let answer = self.answer.await;
        let status = answer.status();
        let to = answer.headers().get(header::LOCATION);
        let to = to.map_or(String::new(), |to| to.to_str().unwrap().to_owned());
        let body = axum::body::to_bytes(answer.into_body(), 1 << 20).await;
        let body = String::from_utf8_lossy(&body.unwrap()).into_owned();
        (status, to, body)
    }
}

fn form(site: &Site, path: &str) -> axum::http::request::Builder {
    Request::post(path)
        .header(header::ORIGIN, ORIGIN)
        .header(header::COOKIE, site.cookie.clone().unwrap())
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
}

#[tokio::test]
async fn a_session_that_ends_meanwhile_makes_nothing() {
    let site = Site::as_ada().await;
    let ada = site.accounts().await.remove(0);
    let password = PASSWORD.replace(' ', "+");
    let forms = [
        (
            "/tokens",
            format!("name=x&scope=manage&days=0&password={password}"),
        ),
        ("/account/name", "name=Eve".to_owned()),
    ];
    let mut slow = Vec::new();
    for (path, body) in &forms {
        slow.push(Slow::begin(&site, form(&site, path), body).await);
    }
    site.state.ops.log_out_everywhere(&ada).await.unwrap();
    for one in slow {
        let (status, to, body) = one.ends().await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{body}");
        assert_eq!(to, "/login");
    }
    let tokens = site.state.ops.list_tokens(ada.id).await.unwrap();
    assert!(tokens.is_empty());
    let now = site
        .state
        .ops
        .person(crate::ops::Actor::CommandLine, &ada.email);
    assert_ne!(now.await.unwrap().name, "Eve");
}

#[tokio::test]
async fn what_is_made_with_a_session_that_ends_is_not_made() {
    let site = Site::as_ada().await;
    let ada = site.accounts().await.remove(0);
    let ops = &site.state.ops;
    let who = ops.standing(ada.id).await.unwrap();
    site.kept.outdate_logins(ada.id).await.unwrap();
    let made = ops.make_token(who, "x", "manage", None).await;
    assert_eq!(made.unwrap_err().kind(), crate::ops::ErrorKind::Conflict);
    let who = ops.standing(ada.id).await.unwrap();
    ops.make_token(who, "x", "manage", None).await.unwrap();
}

#[tokio::test]
async fn a_blocked_admin_lets_nobody_in() {
    let site = Site::as_ada().await;
    let ada = site.accounts().await.remove(0);
    let eve = site.account("eve@example.com").await;
    site.kept.set_admin(eve, true).await.unwrap();
    let which = eve.to_string();
    let who = site.state.ops.standing(eve).await.unwrap();
    let made = site.state.ops.make_token(who, "x", "manage", None).await;
    let (_, token) = made.unwrap();
    let request = Request::post(format!("/api/v1/people/{eve}/unblock"))
        .header(header::AUTHORIZATION, format!("Bearer {token}"));
    let slow = Slow::begin(&site, request, "{}").await;
    let blocked = site.state.ops.block_account(ada.id, &which, false);
    blocked.await.unwrap();
    let (status, _, body) = slow.ends().await;
    assert_eq!(status, StatusCode::UNAUTHORIZED, "{body}");
    let again = site.state.ops.unblock_account(eve, &which).await;
    assert_eq!(again.unwrap_err().kind(), crate::ops::ErrorKind::Forbidden);
    assert!(!site.state.ops.is_admin(eve).await.unwrap());
    let account = site.kept.account_with_password("eve@example.com").await;
    assert!(account.unwrap().is_none(), "nobody logs in to it");
}
