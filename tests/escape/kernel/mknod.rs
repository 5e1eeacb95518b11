//! Making devices. Refused, so that none lies in the appspace's directory for somebody outside either.

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    stage.probe("mknod").all_refused(&[
        "memory",
        "disk",
        "null",
        "memory-in-tmp",
        "disk-in-tmp",
        "whiteout",
    ]);
    assert_eq!(std::fs::read_dir(stage.files()).unwrap().count(), 0);
});
