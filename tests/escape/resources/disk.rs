//! Filling the disk. Expected: the sandbox is stopped within about a second of writing beyond its limit; the log says so.

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    stage.limit("disk_mib = 16");
    stage.conquer("disk");
    stage.expect_end_or_less("/try", "mib", 5 << 10);
    stage.expect_log("disk_mib");
});
