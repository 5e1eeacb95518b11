//! Unix sockets with a path, by system call: the host's, a stranger's, the computer's services'. Expected: not there.

attempt!(|stage| {
    stage
        .probe("unix")
        .all_refused(&["canary", "host", "docker", "dbus", "systemd", "journal"]);
});
