//! System calls by other numberings, which a filter for one of them overlooks. Refused.

attempt!(|stage| {
    stage
        .probe("old-abis")
        .all_refused(&["x32-getpid", "x32-unshare", "beyond"]);
});
