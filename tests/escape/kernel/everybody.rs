//! Signals to everybody, and to the own process group, which a careless launcher shares. They may go out; nobody outside
//! may get them. Expected: the host, its launcher and everybody else live, and the sandbox leads a session of its own.

use crate::escape::world::{Said, Stage};

attempt!(|stage: &mut Stage| {
    let outcome = stage.probe("everybody");
    assert_eq!(outcome.got("parent"), "0");
    if let Said::Got(session) = outcome.said("session") {
        assert!(["0", "1"].contains(&session.as_str()), "{session}");
    }
});
