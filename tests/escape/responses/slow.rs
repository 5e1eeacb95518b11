//! Responses that come one byte at a time. Expected: a head that does not come in time is a 504; a slow body holds up
//! its own reader and nobody else.

use std::time::{Duration, Instant};

use crate::escape::world::{Stage, request};

attempt!(|stage: &mut Stage| {
    stage.limit("response_seconds = 3");
    stage.conquer("responses");
    let asked = Instant::now();
    let answer = stage.get("/raw/slow-head");
    assert_eq!(answer.status, 504, "{answer:?}");
    assert!(
        asked.elapsed() < Duration::from_secs(15),
        "{:?}",
        asked.elapsed()
    );
    let got = stage.exchange(&request("/raw/slow-body"), 1 << 20, Duration::from_secs(4));
    assert!(String::from_utf8_lossy(&got).starts_with("HTTP/1.1 200"));
    assert_eq!(stage.get("/").body, "hello");
});
