//! Packages that must not be installed, and what is said about them.

mod archives;
mod kinds;
mod layouts;
mod names;
mod sizes;

use ds_apps::{Bounds, InstallErrorKind as Kind};
use ds_core::error_chain;

use crate::support::World;

/// Small enough to pass them quickly, big enough for the smallest app.
fn bounds() -> Bounds {
    Bounds {
        archive_bytes: 1 << 20,
        bytes: 256 << 10,
        file_bytes: 64 << 10,
        entries: 40,
        ..Bounds::default()
    }
}

/// Refused with this kind and these words, and nothing is changed.
async fn check(what: &str, package: Vec<u8>, kind: Kind, fragment: &str) {
    let world = World::bounded(bounds());
    let before = world.state();
    let error = world.install(&package).await.expect_err(what);
    let text = error_chain(&error);
    assert_eq!(error.kind(), kind, "{what}: {text}");
    assert!(text.contains(fragment), "{what}: {text}");
    assert_eq!(world.state(), before, "{what}");
    assert_eq!(world.engine.running(), 0, "{what}");
}

async fn check_all(kind: Kind, table: Vec<(&str, Vec<u8>, &str)>) {
    for (what, package, fragment) in table {
        check(what, package, kind, fragment).await;
    }
}
