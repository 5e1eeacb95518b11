//! Sockets of every family that reaches anything, by system call. Expected: none can be made but unix ones.

attempt!(|stage| {
    stage.probe("families").all_refused(&[
        "inet-stream",
        "inet-datagram",
        "inet-raw",
        "inet6-stream",
        "inet6-datagram",
        "netlink",
        "packet",
        "vsock",
        "alg",
        "bluetooth",
        "can",
        "key",
        "rds",
        "tipc",
        "qipcrtr",
        "smc",
        "xdp",
        "mctp",
        "inet-pair",
    ]);
});
