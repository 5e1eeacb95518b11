//! Performance counters, by which others' secrets are measured. Refused.

attempt!(|stage| {
    stage
        .probe("perf")
        .all_refused(&["software", "hardware", "tracepoint"]);
});
