//! Processes by descriptor: opening them, taking descriptors from them. Refused.

attempt!(|stage| {
    stage
        .probe("pidfds")
        .all_refused(&["open-host", "open-other", "steal", "madvise"]);
});
