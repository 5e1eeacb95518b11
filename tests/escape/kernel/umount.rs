//! Taking mounts away, to see what is below. Refused.

attempt!(|stage| {
    stage
        .probe("umount")
        .all_refused(&["app", "files", "proc", "root", "root-lazily"]);
});
