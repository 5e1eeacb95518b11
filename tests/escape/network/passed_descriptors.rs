//! Thousands of descriptors, sent to the host along with frames of the control channel. Expected: the host takes none:
//! it has as many open as before.

use std::fs;

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    stage.conquer("descriptors");
    assert_eq!(stage.get("/").body, "hello");
    let open = |stage: &Stage| {
        let dir = format!("/proc/{}/fd", stage.host().pid());
        fs::read_dir(dir).unwrap().count()
    };
    let before = open(stage);
    let sent = stage.attack().number("send");
    assert!(sent >= 250, "{sent}");
    let after = open(stage);
    assert!(after < before + 100, "{before} became {after}");
});
