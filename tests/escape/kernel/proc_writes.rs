//! Files of /proc that change the computer: crash handlers, module loaders, key combinations. Refused.

attempt!(|stage| {
    stage.probe("proc-writes").all_refused(&[
        "sysrq",
        "core_pattern",
        "modprobe",
        "hostname",
        "drop_caches",
        "overcommit",
        "binfmt",
        "scsi",
        "own-memory",
    ]);
});
