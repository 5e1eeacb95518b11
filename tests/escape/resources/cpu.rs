//! Processor time on all processors, by a conquered runtime. Expected: it is slowed down, and ended when its time is
//! used up; the log says so.

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    stage.limit("cpu_seconds = 2\ncpu_percent = 100\nresponse_seconds = 30");
    stage.conquer("cpu");
    let answer = stage.get("/try");
    assert_eq!(answer.status, 502, "{answer:?}");
    stage.expect_log("cpu_seconds");
});
