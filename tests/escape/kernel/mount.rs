//! Mounting, binding, remounting writable or executable. Refused.

attempt!(|stage| {
    stage.probe("mount").all_refused(&[
        "tmpfs",
        "proc",
        "sysfs",
        "cgroup",
        "overlay",
        "bind",
        "root",
        "writable-app",
        "executable-files",
        "propagation",
        "move",
    ]);
});
