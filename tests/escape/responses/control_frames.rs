//! Frames on the control channel that are no frames: far too long, far too deep, no JSON, unknown. Expected: the sandbox is
//! ended for it at most, the host is not hurt, and the next request is answered by another.

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    stage.conquer("responses");
    for attempt in [
        "huge-frame",
        "long-frame",
        "deep-frame",
        "no-json",
        "unknown-frame",
        "half-frame",
    ] {
        let status = stage.get(&format!("/try/{attempt}")).status;
        assert!([200, 502].contains(&status), "{attempt}: {status}");
        stage.until_it_answers("/");
    }
});
