//! The same files by system calls, with no Deno in the way. Expected: they are not there (ENOENT) or not for the
//! sandbox (EACCES).

attempt!(|stage| {
    stage.probe("host-files").all_refused(&[
        "text",
        "database",
        "database-writable",
        "control-socket",
        "data",
        "passwd",
        "shadow",
        "root-home",
        "home",
        "var",
        "up",
        "up-from-files",
        "old-root",
    ]);
});
