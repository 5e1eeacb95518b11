//! Printing without end. Expected: the log stays within its limit, and the host reads on.

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    stage.limit("log_mib = 1");
    stage.probe("log").worked(&["mib"]);
    stage.until_it_answers("/");
    let log = stage.files().join("../../log.txt");
    let length = std::fs::metadata(log).unwrap().len();
    assert!(length <= 2 << 20, "{length}");
});
