//! The computer's devices. Expected: not there.

attempt!(|stage| {
    stage.probe("devices").all_refused(&[
        "mem",
        "kmem",
        "kmsg",
        "port",
        "sda",
        "vda",
        "fuse",
        "tun",
        "kvm",
        "loop-control",
        "vhost",
        "userfaultfd",
        "ptmx",
        "tty",
        "console",
        "input",
        "gpu",
    ]);
});
