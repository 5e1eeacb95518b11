//! Another root directory, the classic way out of one. Refused.

attempt!(|stage| {
    stage
        .probe("roots")
        .all_refused(&["chroot", "pivot_root", "pivot_root-tmp"]);
});
