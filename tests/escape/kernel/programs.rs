//! Other programs. Expected: there are none, and no process to run them in.

attempt!(|stage| {
    stage
        .probe("programs")
        .all_refused(&["sh", "usr-sh", "true", "su", "host", "jail"]);
});
