//! Other processes' memory, directly. Refused.

attempt!(|stage| {
    stage.probe("memory-of-others").all_refused(&[
        "read-host",
        "write-host",
        "read-other",
        "mem-of-host",
        "environ-of-other",
        "kcmp",
    ]);
});
