//! The directories of other sandboxes' sockets. Expected: a sandbox sees its own sockets at the most, and nothing
//! of where others are.

attempt!(|stage| {
    let outcome = stage.probe("run-dirs");
    outcome.refused(&["all-runs"]);
    if let crate::escape::world::Said::Got(names) = outcome.said("run") {
        assert_eq!(names, "s");
    }
    if let crate::escape::world::Said::Got(names) = outcome.said("sockets") {
        let known = ["c", "s"];
        assert!(
            names.split(' ').all(|name| known.contains(&name)),
            "{names}"
        );
    }
});
