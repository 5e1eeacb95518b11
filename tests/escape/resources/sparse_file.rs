//! A file that claims a terabyte and has nothing in it, for whoever copies or counts it. Expected: refused by the limit of
//! a file's size, or the sandbox is stopped for it.

use crate::escape::world::{Outcome, Stage};

attempt!(|stage: &mut Stage| {
    stage.limit("disk_mib = 64");
    stage.conquer("sparse");
    let answer = stage.get("/try");
    if answer.status == 200 {
        Outcome::read(&answer.body).refused_or(&["terabyte"], &["E27"]);
    } else {
        assert_eq!(answer.status, 502, "{answer:?}");
        stage.expect_log("disk_mib");
    }
});
