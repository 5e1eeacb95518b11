//! Namespaces: making new ones, where one would be root, and joining others.

use std::ffi::CStr;

use super::{Step, Steps, c_text, open, told};
use crate::{
    control::Task,
    report::Went,
    sys::{self, Errno, aside, call, int},
};

pub(super) const ATTEMPTS: &[(&str, Steps)] = &[
    ("unshare", UNSHARE),
    ("clone-flags", CLONE),
    ("clone3", CLONE3),
    ("setns", SETNS),
];

const UNSHARE: Steps = &[
    ("user", |_| told(unshare(libc::CLONE_NEWUSER))),
    ("user-and-mount", |_| {
        told(unshare(libc::CLONE_NEWUSER | libc::CLONE_NEWNS))
    }),
    ("mount", |_| told(unshare(libc::CLONE_NEWNS))),
    ("pid", |_| told(unshare(libc::CLONE_NEWPID))),
    ("net", |_| told(unshare(libc::CLONE_NEWNET))),
    ("ipc", |_| told(unshare(libc::CLONE_NEWIPC))),
    ("uts", |_| told(unshare(libc::CLONE_NEWUTS))),
    ("cgroup", |_| told(unshare(libc::CLONE_NEWCGROUP))),
    ("time", |_| told(unshare(0x80))),
];

const CLONE: Steps = &[
    ("user", |_| clone(libc::CLONE_NEWUSER)),
    ("user-and-net", |_| {
        clone(libc::CLONE_NEWUSER | libc::CLONE_NEWNET)
    }),
    ("mount", |_| clone(libc::CLONE_NEWNS)),
    ("pid", |_| clone(libc::CLONE_NEWPID)),
    ("net", |_| clone(libc::CLONE_NEWNET)),
    ("ipc", |_| clone(libc::CLONE_NEWIPC)),
    ("uts", |_| clone(libc::CLONE_NEWUTS)),
    ("cgroup", |_| clone(libc::CLONE_NEWCGROUP)),
    ("traced", |_| {
        clone(libc::CLONE_PTRACE | libc::CLONE_NEWUSER)
    }),
];

const CLONE3: Steps = &[
    ("user", |_| clone3(libc::CLONE_NEWUSER)),
    ("mount", |_| clone3(libc::CLONE_NEWNS)),
    ("net", |_| clone3(libc::CLONE_NEWNET)),
    ("plain", |_| clone3(0)),
];

const SETNS: Steps = &[
    ("host-mount", |task| setns_of(task, "hostPid", "mnt")),
    ("host-user", |task| setns_of(task, "hostPid", "user")),
    ("host-net", |task| setns_of(task, "hostPid", "net")),
    ("other-pid", |task| setns_of(task, "pid", "pid")),
    ("own-user", |_| setns(c"/proc/self/ns/user")),
    ("own-mount", |_| setns(c"/proc/self/ns/mnt")),
    ("own-net", |_| setns(c"/proc/self/ns/net")),
    ("parents", parents as Step),
    ("pidfd", |task| {
        let pidfd = call(libc::SYS_pidfd_open, &[task.number("hostPid"), 0])?;
        told(call(libc::SYS_setns, &[pidfd, int(libc::CLONE_NEWNS)]))
    }),
];

pub(super) fn unshare(flags: i32) -> Result<usize, Errno> {
    aside(|| call(libc::SYS_unshare, &[int(flags)]))
}

fn clone(flags: i32) -> Went {
    match sys::fork_with(flags)? {
        None => sys::exit(0),
        Some(pid) => Ok(pid.to_string()),
    }
}

/// The structure of the kernel's `clone3`, in its first version.
#[repr(C)]
#[derive(Default)]
struct CloneArgs {
    flags: u64,
    pidfd: u64,
    child_tid: u64,
    parent_tid: u64,
    exit_signal: u64,
    stack: u64,
    stack_size: u64,
    tls: u64,
}

fn clone3(flags: i32) -> Went {
    let arguments = CloneArgs {
        flags: flags.cast_unsigned().into(),
        exit_signal: libc::SIGCHLD.cast_unsigned().into(),
        ..CloneArgs::default()
    };
    match call(
        libc::SYS_clone3,
        &[sys::from(&arguments), size_of::<CloneArgs>()],
    )? {
        0 => sys::exit(0),
        pid => Ok(pid.to_string()),
    }
}

fn setns_of(task: &Task, pid: &str, kind: &str) -> Went {
    setns(&c_text(&format!("/proc/{}/ns/{kind}", task.number(pid))))
}

fn setns(path: &CStr) -> Went {
    let fd = open(path, libc::O_RDONLY)?;
    told(aside(|| call(libc::SYS_setns, &[fd, 0])))
}

/// The user namespace that ours is in, by asking for it.
fn parents(_: &Task) -> Went {
    const NS_GET_PARENT: usize = 0xb702;
    let fd = open(c"/proc/self/ns/user", libc::O_RDONLY)?;
    told(call(libc::SYS_ioctl, &[fd, NS_GET_PARENT]))
}
