//! `io_uring` and its elder, which do what filters refuse behind their backs. Refused.

attempt!(|stage| {
    stage
        .probe("io_uring")
        .all_refused(&["setup", "enter", "register", "aio"]);
});
