//! Devices: the machine's, terminals, and making new ones.

use std::ffi::CStr;

use super::{Steps, open, told};
use crate::{
    report::Went,
    sys::{aside, call, int, text},
};

pub(super) const ATTEMPTS: &[(&str, Steps)] = &[
    ("devices", DEVICES),
    ("mknod", MKNOD),
    ("terminals", TERMINALS),
];

const DEVICES: Steps = &[
    ("mem", |_| open_device(c"/dev/mem")),
    ("kmem", |_| open_device(c"/dev/kmem")),
    ("kmsg", |_| open_device(c"/dev/kmsg")),
    ("port", |_| open_device(c"/dev/port")),
    ("sda", |_| open_device(c"/dev/sda")),
    ("vda", |_| open_device(c"/dev/vda")),
    ("fuse", |_| open_device(c"/dev/fuse")),
    ("tun", |_| open_device(c"/dev/net/tun")),
    ("kvm", |_| open_device(c"/dev/kvm")),
    ("loop-control", |_| open_device(c"/dev/loop-control")),
    ("vhost", |_| open_device(c"/dev/vhost-vsock")),
    ("userfaultfd", |_| open_device(c"/dev/userfaultfd")),
    ("ptmx", |_| open_device(c"/dev/ptmx")),
    ("tty", |_| open_device(c"/dev/tty")),
    ("console", |_| open_device(c"/dev/console")),
    ("input", |_| open_device(c"/dev/input/event0")),
    ("gpu", |_| open_device(c"/dev/dri/renderD128")),
];

const MKNOD: Steps = &[
    ("memory", |task| {
        node(&task.file("mem"), libc::S_IFCHR, 1, 1)
    }),
    ("disk", |task| node(&task.file("disk"), libc::S_IFBLK, 8, 0)),
    ("null", |task| node(&task.file("null"), libc::S_IFCHR, 1, 3)),
    ("memory-in-tmp", |_| node(c"/tmp/mem", libc::S_IFCHR, 1, 1)),
    ("disk-in-tmp", |_| node(c"/tmp/disk", libc::S_IFBLK, 254, 0)),
    ("whiteout", |task| {
        node(&task.file("whiteout"), libc::S_IFCHR, 0, 5)
    }),
];

/// Typing into a terminal that somebody else reads.
const TERMINALS: Steps = &[
    ("type-into-0", |_| type_into(0)),
    ("type-into-1", |_| type_into(1)),
    ("type-into-2", |_| type_into(2)),
    ("console-0", |_| {
        told(call(libc::SYS_ioctl, &[0, 0x541c, text(c"\x0c")]))
    }),
    ("console-1", |_| {
        told(call(libc::SYS_ioctl, &[1, 0x541c, text(c"\x0c")]))
    }),
    ("take-over", |_| {
        told(aside(|| {
            let _ = call(libc::SYS_setsid, &[]);
            call(libc::SYS_ioctl, &[0, 0x540e, 1])
        }))
    }),
];

fn open_device(path: &CStr) -> Went {
    told(open(path, libc::O_RDONLY | libc::O_NONBLOCK))
}

fn node(path: &CStr, kind: u32, major: usize, minor: usize) -> Went {
    let mode = (kind | 0o666) as usize;
    let device = major << 8 | minor;
    told(call(
        libc::SYS_mknodat,
        &[int(libc::AT_FDCWD), text(path), mode, device],
    ))
}

fn type_into(fd: usize) -> Went {
    told(call(libc::SYS_ioctl, &[fd, 0x5412, text(c"x")]))
}
