//! Other names for what is elsewhere: hard links to the app, the runtime and the host's files, moves out of the
//! appspace's directory, links followed by oneself. Refused: each is another file system to the sandbox, or not there.

use crate::escape::world::Stage;

attempt!(|stage: &mut Stage| {
    let outcome = stage.probe("bypass-links");
    let names = [
        "link-to-secret",
        "link-to-root",
        "hard-link-app",
        "hard-link-runtime",
        "hard-link-secret",
        "move-out",
        "move-onto-log",
    ];
    outcome.refused_or(&names, &["EXDEV", "EBUSY", "ELOOP"]);
    assert!(stage.log().contains("started"));
});
