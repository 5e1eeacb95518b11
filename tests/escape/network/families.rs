//! Sockets of every family that reaches anything, by system call. Expected: none can be made but unix ones.

/// All but TCP.
pub(super) const BUT_TCP: [&str; 17] = [
    "inet-datagram",
    "inet-raw",
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
];

attempt!(|stage| {
    let all = [&["inet-stream", "inet6-stream"], &BUT_TCP[..]].concat();
    stage.probe("families").all_refused(&all);
});
