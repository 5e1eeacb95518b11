//! Old behaviours of the kernel that switch protections off. Refused.

attempt!(|stage| {
    stage.probe("personality").all_refused(&[
        "no-randomization",
        "read-implies-exec",
        "map-page-zero",
    ]);
});
