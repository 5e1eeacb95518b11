//! Making namespaces along with a process. Expected: neither.

attempt!(|stage| {
    stage.probe("clone-flags").all_refused(&[
        "user",
        "user-and-net",
        "mount",
        "pid",
        "net",
        "ipc",
        "uts",
        "cgroup",
        "traced",
    ]);
});
