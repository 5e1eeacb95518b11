//! Filling `/tmp`, which is memory. Expected: it ends at its size or at the memory limit; the computer's disk and memory
//! are untouched.

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    stage.limit("memory_mib = 192\nheap_mib = 64");
    stage.conquer("tmp");
    stage.expect_end_or_less("/try", "mib", 512);
    stage.until_it_answers("/");
});
