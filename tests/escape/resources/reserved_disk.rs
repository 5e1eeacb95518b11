//! Reserving disk without writing. Expected: refused by the limit of a file's size, or counted.

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    stage.limit("disk_mib = 16");
    stage.conquer("fallocate");
    let answer = stage.get("/try");
    if answer.status == 200 {
        let outcome = crate::escape::world::Outcome::read(&answer.body);
        outcome.refused_or(&["mib"], &["EFBIG", "E27", "ENOSPC"]);
    } else {
        assert_eq!(answer.status, 502, "{answer:?}");
        stage.expect_log("disk_mib");
    }
});
