//! Heads without an end: lines, one line, informational responses, trailers, chunk sizes. Expected: each is cut off, the
//! host's memory stays small, and the next request is answered.

use std::time::Duration;

use crate::escape::world::{Stage, request};

attempt!(|stage: &mut Stage| {
    stage.limit("response_seconds = 2");
    stage.conquer("responses");
    assert_eq!(stage.get("/").body, "hello");
    let before = stage.host().memory_kib();
    for case in [
        "endless-head",
        "endless-line",
        "endless-informational",
        "endless-continue",
        "endless-chunk-line",
        "endless-trailers",
    ] {
        let got = stage.exchange(
            &request(&format!("/raw/{case}")),
            8 << 20,
            Duration::from_secs(8),
        );
        assert!(
            got.len() < 4 << 20,
            "{case}: {} bytes came through",
            got.len()
        );
        assert_eq!(stage.get("/").body, "hello", "{case}");
    }
    let after = stage.host().memory_kib();
    assert!(
        after < before + (64 << 10),
        "{before} KiB became {after} KiB"
    );
});
