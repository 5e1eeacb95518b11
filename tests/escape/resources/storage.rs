//! Filling what Deno keeps for an appspace, and the directory of sockets. Expected: it is refused or counted, and ends
//! within a second's worth of writing.

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    stage.limit("disk_mib = 16");
    stage.conquer("storage");
    stage.expect_end_or_less("/try", "mib", 5 << 10);
    stage.until_it_answers("/");
});
