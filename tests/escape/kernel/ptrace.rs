//! Debugging: of the host, of others, of oneself by another. Refused.

attempt!(|stage| {
    stage
        .probe("ptrace")
        .all_refused(&["traceme", "attach-host", "seize-host", "attach-other"]);
});
