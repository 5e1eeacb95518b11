//! Raising limits, one's own and the host's, and being the last that the kernel kills. Refused.

attempt!(|stage| {
    stage.probe("limits").all_refused(&[
        "open-files",
        "processes",
        "core",
        "locked-memory",
        "priority",
        "messages",
        "of-the-host",
        "core-pattern",
        "oom_score_adj",
    ]);
});
