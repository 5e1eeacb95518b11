//! Programs in the appspace's directory with the set-user-id bit, other owners, capabilities. Expected: they do not
//! run inside; and outside no program with that bit lies there, for the next person to run as
//! whoever runs the host.

use std::os::unix::fs::MetadataExt as _;

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    let outcome = stage.probe("setuid-program");
    outcome.refused(&["files", "tmp", "chown", "file-capabilities"]);
    for entry in std::fs::read_dir(stage.files()).unwrap() {
        let entry = entry.unwrap();
        let metadata = entry.metadata().unwrap();
        let mode = metadata.mode();
        assert_eq!(
            mode & 0o6000,
            0,
            "{} has mode {mode:o}",
            entry.path().display()
        );
    }
});
