//! Routes, permissions and migrations as no app would declare them: far too many, far too deep, patterns that take for
//! ever, paths that lead out, the host's own paths. Expected: not installed, or harmless.

use std::time::{Duration, Instant};

use crate::escape::world::Stage;

const REFUSED: [&str; 10] = [
    "many",
    "deep",
    "long",
    "up",
    "absolute",
    "nul",
    "permissions",
    "migrations",
    "types",
    "nothing",
];

attempt!(|stage: &mut Stage| {
    for kind in REFUSED {
        let asked = Instant::now();
        assert!(
            !stage.conquers(&format!("listing {kind}")),
            "{kind} was installed"
        );
        assert!(
            asked.elapsed() < Duration::from_secs(20),
            "{kind} took {:?}",
            asked.elapsed()
        );
    }
});
