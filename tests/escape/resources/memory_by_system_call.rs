//! All the memory there is, by a conquered runtime. Expected: it ends at the limit, by the kernel or by the host; the log
//! tells; the next request is answered.

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    stage.limit("memory_mib = 192\nheap_mib = 64");
    stage.conquer("memory");
    stage.expect_end_or_less("/try", "mib", 1024);
    stage.until_it_answers("/");
});
