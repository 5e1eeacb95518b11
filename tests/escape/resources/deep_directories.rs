//! Directories in directories, deeper than whoever walks through them can follow. Expected: the sandbox is stopped for what
//! cannot be measured, and the host can still remove, stop and serve.

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    stage.conquer("deep");
    stage.expect_end_or_less("/try", "levels", 30_000);
    let answer = stage.get("/files/d/d/d/");
    assert!((400..500).contains(&answer.status), "{answer:?}");
    let deep = stage.files().join("d");
    assert!(deep.exists(), "nothing was planted");
    // Also what walks through the temporary directory at the end could not do this otherwise.
    ds_core::publish::remove_dir(&deep).unwrap();
    assert!(!deep.exists());
});
