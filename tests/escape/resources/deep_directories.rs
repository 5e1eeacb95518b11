//! Directories in directories, deeper than whoever walks through them can follow. Expected: the sandbox is stopped for what
//! cannot be measured, and the host can still remove, stop and serve.

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    stage.conquer("deep");
    stage.expect_end_or_less("/try", "levels", 5000);
    let answer = stage.get("/files/d/d/d/");
    assert!((400..500).contains(&answer.status), "{answer:?}");
});
