//! Connecting to the host's loopback by system call. Expected: no socket; behind that, a network with nothing in it.

attempt!(|stage| {
    stage
        .probe("connect")
        .all_refused(&["loopback", "any", "other-loopback"]);
});
