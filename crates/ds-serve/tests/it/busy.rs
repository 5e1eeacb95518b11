//! More appspaces are asked for than there is room for.

use std::time::Duration;

use ds_core::Reason;
use ds_sandbox::{Body, PoolConfig, full_body};
use ds_testkit::ScriptedEngine;
use http::{Response, header};
use http_body_util::BodyExt as _;
use tokio::time::{Instant, sleep};

use crate::world::{A, B, World};

const QUEUE: Duration = Duration::from_secs(10);

/// Room for one sandbox.
fn world(engine: ScriptedEngine) -> World {
    let config = PoolConfig {
        memory_budget: 1,
        queue: QUEUE,
        ..PoolConfig::default()
    };
    World::new(engine, config)
}

/// Answers that are not over when they begin.
fn long_answers() -> ScriptedEngine {
    ScriptedEngine::new().answering(|_, _| Ok(Response::new(full_body("hello"))))
}

/// Time stands still until nobody has anything left to do; then this goes on.
async fn settle() {
    sleep(Duration::from_millis(1)).await;
}

async fn text(response: Response<Body>) -> String {
    let body = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(body.to_vec()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn people_are_told_to_come_back() {
    let world = world(long_answers());
    let first = world.get(A).await;
    assert_eq!(first.status(), 200);
    // Its body is still being sent: it is busy.
    let begun = Instant::now();
    let second = world.get(B).await;
    assert_eq!((second.status().as_u16(), begun.elapsed()), (503, QUEUE));
    assert_eq!(second.headers()[header::RETRY_AFTER], "5");
    let page = text(second).await;
    assert!(page.contains("Try again in a moment"), "{page}");
    // And now it is not.
    drop(first);
    assert_eq!(world.get(B).await.status(), 200);
    assert!(!world.sandboxes.running(world.gate(A).appspace()));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_goes_away_leaves_the_line() {
    let world = world(long_answers());
    let first = world.get(A).await;
    let waiting = tokio::spawn(world.get(B));
    settle().await;
    assert_eq!(world.sandboxes.overview().queued, 1);
    waiting.abort();
    settle().await;
    assert_eq!(world.sandboxes.overview().queued, 0);
    assert_eq!(world.gate(B).leases(), 0);
    drop(first);
    settle().await;
    assert_eq!(world.engine.started().len(), 1, "nobody wants B any more");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_read_does_not_keep_others_out() {
    let world = world(long_answers());
    let _unread = world.get(A).await;
    let begun = Instant::now();
    while world.get(B).await.status() == 503 {
        assert!(begun.elapsed() < Duration::from_mins(3));
    }
    assert_eq!(world.gate(A).leases(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_room_does_not_keep_an_appspace_from_rest() {
    let world = world(long_answers());
    let _first = world.get(A).await;
    let waiting = tokio::spawn(world.get(B));
    settle().await;
    let begun = Instant::now();
    let hold = world.gate(B).hold(Reason::Snapshot).await;
    assert_eq!(begun.elapsed(), Duration::ZERO);
    let answer = waiting.await.unwrap();
    assert_eq!(answer.status(), 503);
    assert!(answer.headers().contains_key(header::RETRY_AFTER));
    assert!(text(answer).await.contains("not available"));
    drop(hold);
}

#[tokio::test(start_paused = true)]
async fn a_host_that_stops_says_so() {
    let world = world(long_answers());
    let _first = world.get(A).await;
    let waiting = tokio::spawn(world.get(B));
    settle().await;
    let stop = world.sandboxes.stop_all(ds_sandbox::StopReason::Shutdown);
    stop.await;
    let answer = waiting.await.unwrap();
    assert_eq!(answer.status(), 503);
    assert_eq!(answer.headers()[header::RETRY_AFTER], "5");
}
