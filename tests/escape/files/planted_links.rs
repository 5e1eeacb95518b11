//! A conquered runtime leaves symbolic links for the host to follow. Expected: the kernel makes none, so that neither
//! a static route nor a copy meets one.

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    let outcome = stage.probe("plant-links");
    outcome.all_refused(&[
        "absolute",
        "to-other",
        "to-database",
        "relative",
        "to-root",
        "to-own-members",
        "to-proc",
        "loop",
        "directory",
    ]);
    let planted = std::fs::read_dir(stage.files()).unwrap();
    assert_eq!(planted.count(), 0);
});
