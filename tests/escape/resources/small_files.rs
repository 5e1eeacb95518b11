//! Files without end, each small. Expected: what they take on the disk is counted.

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    stage.limit("disk_mib = 16");
    stage.conquer("small-files");
    stage.expect_end_or_less("/try", "files", 1_000_000);
    stage.expect_log("disk_mib");
});
