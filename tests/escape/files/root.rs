//! What there is at all: the root directory, and what is above it. Expected: a handful of names, and above is the same.

attempt!(|stage| {
    let outcome = stage.probe("root");
    // An attacker who may not list it learns less still.
    if let crate::escape::world::Said::Got(names) = outcome.said("names") {
        let known = [
            "deno", "dd", "dev", "etc", "h", "lib", "lib64", "proc", "ro", "run", "rw", "tmp",
            "usr",
        ];
        for name in names.split(' ') {
            assert!(known.contains(&name), "{name} among {names}");
        }
    }
    for above in ["above", "above-above"] {
        assert_eq!(outcome.said(above), outcome.said("names"));
    }
});
