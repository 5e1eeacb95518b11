//! Making namespaces: in a user namespace of one's own one is root, and a thousand old faults of the kernel are near.
//! Expected: none, of any kind.

attempt!(|stage| {
    stage.probe("unshare").all_refused(&[
        "user",
        "user-and-mount",
        "mount",
        "pid",
        "net",
        "ipc",
        "uts",
        "cgroup",
        "time",
    ]);
});
