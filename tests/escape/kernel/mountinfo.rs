//! The list of mounts. Expected: it is of the sandbox's own namespace, and names no other appspace's directory.

use crate::escape::world::{Said, Stage};

attempt!(|stage: &mut Stage| {
    let outcome = stage.probe("mountinfo");
    let other = stage.targets()["other"].as_str().unwrap().to_owned();
    let other = other.rsplit('/').next().unwrap();
    for name in ["mountinfo", "mounts"] {
        if let Said::Got(said) = outcome.said(name) {
            assert!(!said.contains(other), "{name}: {said}");
            assert!(said.lines().count() < 40, "{name}: {said}");
        }
    }
});
