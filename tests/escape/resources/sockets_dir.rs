//! Filling the directory of the sandbox's sockets, which is the host's. Expected: it is refused, or small, or counted.

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    stage.limit("disk_mib = 16");
    stage.conquer("sockets-dir");
    stage.expect_end_or_less("/try", "mib", 5 << 10);
    stage.until_it_answers("/");
});
