//! Apps that never get ready: that loop, wait or exit while they load. Expected: they are not installed, and nothing of
//! them is left running.

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    stage.limit("start_seconds = 2");
    for source in [
        "for (;;);",
        "await new Promise(() => {});",
        "Deno.exit(0);",
        "setInterval(() => {}, 1);",
    ] {
        let refused = stage.install(&[("app.js", source)]);
        assert!(refused.is_err(), "{source}");
    }
    // One that waits from time to time is as easily stopped.
    let slow = "for (;;) await new Promise((resolve) => setTimeout(resolve, 10));";
    assert!(stage.install(&[("app.js", slow)]).is_err());
});
