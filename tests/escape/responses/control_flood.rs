//! Questions to the host faster than it answers, whose answers nobody reads. Expected: they wait unread; the host's memory
//! stays small.

use std::fs;

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    stage.limit("response_seconds = 5");
    stage.conquer("flood");
    assert_eq!(stage.get("/").body, "hello");
    let before = memory(stage);
    let status = stage.get("/try").status;
    assert!([200, 502, 504].contains(&status), "{status}");
    let after = memory(stage);
    assert!(after < before + (64 << 10), "{before} KiB became {after} KiB");
    stage.until_it_answers("/");
});

/// What the host has in memory, in KiB.
fn memory(stage: &Stage) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", stage.host().pid())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
