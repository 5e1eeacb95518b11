//! The same by `clone3`, whose flags no filter can see. Expected: there is no such call.

attempt!(|stage| {
    stage
        .probe("clone3")
        .all_refused(&["user", "mount", "net", "plain"]);
});
