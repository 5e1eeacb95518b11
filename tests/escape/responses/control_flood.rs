//! Questions to the host faster than it answers, whose answers nobody reads. Expected: they wait unread; the host's memory
//! stays small.

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    stage.limit("response_seconds = 2");
    stage.conquer("flood");
    assert_eq!(stage.get("/").body, "hello");
    let before = stage.host().memory_kib();
    let status = stage.get("/try").status;
    assert!([200, 502, 504].contains(&status), "{status}");
    let after = stage.host().memory_kib();
    assert!(
        after < before + (64 << 10),
        "{before} KiB became {after} KiB"
    );
    stage.until_it_answers("/");
});
