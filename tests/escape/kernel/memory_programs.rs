//! Programs that are in no directory: memory files, removed files, descriptors. Refused.

attempt!(|stage| {
    stage
        .probe("memory-programs")
        .all_refused(&["memfd", "deleted", "secret-memory", "proc-fd"]);
});
