//! Changing what every sandbox runs: the prepared copy, the harness, `DENO_DIR`, the runtime, the root. Whoever could
//! would act in the next sandbox. Expected: EROFS, EACCES or not there, also for removing, moving and linking over.

attempt!(|stage| {
    let names = [
        "app",
        "app-files",
        "change-app",
        "truncate-app",
        "avatars",
        "ro",
        "rw",
        "harness",
        "change-harness",
        "deno-dir",
        "compiled",
        "runtime",
        "root",
        "dev",
        "proc",
        "lib",
        "etc",
        "remove-app",
        "remove-harness",
        "remove-runtime",
        "move-app",
        "move-harness",
        "chmod-app",
        "touch-app",
        "link-over-harness",
    ];
    let outcome = stage.probe("read-only");
    outcome.refused_or(&names, &["EBUSY", "EXDEV"]);
});
