//! Heads without an end: lines, one line, informational responses, trailers, chunk sizes. Expected: each is cut off, the
//! host's memory stays small, and the next request is answered.

use std::{fs, time::Duration};

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    stage.limit("response_seconds = 5");
    stage.conquer("responses");
    assert_eq!(stage.get("/").body, "hello");
    let before = memory(stage);
    for case in [
        "endless-head", "endless-line", "endless-informational", "endless-continue",
        "endless-chunk-line", "endless-trailers",
    ] {
        let got = stage.exchange(&stage.request(&format!("/raw/{case}")), 8 << 20, Duration::from_secs(12));
        assert!(got.len() < 4 << 20, "{case}: {} bytes came through", got.len());
        assert_eq!(stage.get("/").body, "hello", "{case}");
    }
    let after = memory(stage);
    assert!(after < before + (64 << 10), "{before} KiB became {after} KiB");
});

/// What the host has in memory, in KiB.
fn memory(stage: &Stage) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", stage.host().pid())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
