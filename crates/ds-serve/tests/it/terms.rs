//! Limits of requests, counting, and terms that end.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use ds_core::{
    AppspaceId,
    usage::{Meter, UsageDelta},
};
use ds_sandbox::{Body, BoxError, Limits, PoolConfig, RequestError, empty_body, full_body};
use ds_testkit::ScriptedEngine;
use futures_util::{FutureExt as _, stream};
use http::Response;
use http_body::Frame;
use http_body_util::{BodyExt as _, StreamBody};

use crate::world::{A, B, World};

/// Adds up what it is told.
#[derive(Default)]
struct Sum(Mutex<UsageDelta>);

impl Meter for Sum {
    fn add(&self, _: AppspaceId, delta: UsageDelta) {
        *self.0.lock().unwrap() += delta;
    }
}

/// An app that reads all of a request, and answers with as much again.
fn echo() -> ScriptedEngine {
    ScriptedEngine::new().answering(|_, request| {
        let body = request.into_body().collect().now_or_never().unwrap();
        let body = body.map_err(RequestError::Broken)?;
        Ok(Response::new(full_body(body.to_bytes())))
    })
}

/// A world whose requests have 10 bytes at most.
fn world(engine: ScriptedEngine) -> (World, Arc<Sum>) {
    let limits = Limits {
        request_bytes: 10,
        ..Limits::default()
    };
    let sum = Arc::new(Sum::default());
    let world = World::with(engine, PoolConfig::default(), &limits, sum.clone());
    (world, sum)
}

/// A body that does not say how long it is.
fn streamed(chunks: &'static [&'static str]) -> Body {
    let frames = chunks
        .iter()
        .map(|chunk| Ok::<_, BoxError>(Frame::data(Bytes::from_static(chunk.as_bytes()))));
    StreamBody::new(stream::iter(frames)).boxed_unsync()
}

#[tokio::test]
async fn requests_that_are_too_large_are_refused() {
    let (world, _) = world(echo());
    let check = async |body: Body, status: u16, says: &str| {
        let got = world.post(body).await;
        assert_eq!(got.status(), status, "{says}");
        let text = got.into_body().collect().await.unwrap().to_bytes();
        let text = String::from_utf8_lossy(&text);
        assert!(text.contains(says), "{says}: {text}");
    };
    let refused = "more than the 10 bytes that may be sent to this appspace at once";
    check(full_body("12345678901"), 413, refused).await;
    assert!(world.engine.started().is_empty(), "nobody was woken for it");
    check(streamed(&["12345", "67890", "1"]), 413, refused).await;
    check(full_body("1234567890"), 200, "1234567890").await;
    check(streamed(&["12345", "67890"]), 200, "1234567890").await;
    check(empty_body(), 200, "").await;
}

#[tokio::test]
async fn what_goes_through_is_counted() {
    let (world, sum) = world(echo());
    for body in ["12345", "678"] {
        let answer = world.post(full_body(body)).await;
        answer.into_body().collect().await.unwrap();
    }
    drop(world.post(full_body("12345678901")).await);
    let sum = *sum.0.lock().unwrap();
    let expect = UsageDelta {
        requests: 3,
        wakes: 1,
        bytes_in: 8,
        bytes_out: 8,
        ..UsageDelta::default()
    };
    assert_eq!(sum, expect);
}

#[tokio::test]
async fn nothing_answers_on_terms_that_are_over() {
    let (world, _) = world(echo());
    assert_eq!(world.post(empty_body()).await.status(), 200);
    assert_eq!(world.get(B).await.status(), 200);
    assert_eq!(world.engine.running(), 2);
    world.site(A).terms.end();
    let refused = world.post(empty_body()).await;
    assert_eq!(refused.status(), 503);
    assert!(refused.headers().contains_key("retry-after"));
    assert_eq!(world.engine.running(), 1, "what was started is stopped");
}
