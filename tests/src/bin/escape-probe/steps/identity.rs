//! Becoming somebody else, or more.

use std::fs;

use super::{Steps, read, told};
use crate::sys::{aside, call, int, text};

pub(super) const ATTEMPTS: &[(&str, Steps)] = &[
    ("users", USERS),
    ("capabilities", CAPABILITIES),
    ("status", STATUS),
    ("id-maps", MAPS),
    ("limits", LIMITS),
    ("scheduling", SCHEDULING),
];

/// The user whom nobody maps.
const SOMEBODY: usize = 12345;

const USERS: Steps = &[
    ("setuid-0", |_| told(aside(|| call(libc::SYS_setuid, &[0])))),
    ("setgid-0", |_| told(aside(|| call(libc::SYS_setgid, &[0])))),
    ("setresuid", |_| {
        told(aside(|| call(libc::SYS_setresuid, &[0, 0, 0])))
    }),
    ("setresgid", |_| {
        told(aside(|| call(libc::SYS_setresgid, &[0, 0, 0])))
    }),
    ("setreuid", |_| {
        told(aside(|| call(libc::SYS_setreuid, &[0, 0])))
    }),
    ("setuid-other", |_| {
        told(aside(|| call(libc::SYS_setuid, &[SOMEBODY])))
    }),
    ("setgroups", |_| {
        let groups = [0u32];
        told(aside(|| {
            call(libc::SYS_setgroups, &[1, groups.as_ptr() as usize])
        }))
    }),
];

const CAPABILITIES: Steps = &[
    ("capset", |_| {
        let header = [0x2008_0522u32, 0];
        let all = [u32::MAX; 6];
        told(call(
            libc::SYS_capset,
            &[header.as_ptr() as usize, all.as_ptr() as usize],
        ))
    }),
    ("ambient", |_| {
        told(prctl(
            libc::PR_CAP_AMBIENT,
            libc::PR_CAP_AMBIENT_RAISE.cast_unsigned() as usize,
            21,
        ))
    }),
    ("no_new_privs-off", |_| {
        told(prctl(libc::PR_SET_NO_NEW_PRIVS, 0, 0))
    }),
    ("seccomp-off", |_| told(prctl(libc::PR_SET_SECCOMP, 0, 0))),
    ("securebits", |_| told(prctl(libc::PR_SET_SECUREBITS, 0, 0))),
    ("keep-capabilities", |_| {
        told(prctl(libc::PR_SET_KEEPCAPS, 1, 0))
    }),
    ("mm", |_| {
        told(prctl(
            libc::PR_SET_MM,
            libc::PR_SET_MM_BRK.cast_unsigned() as usize,
            0,
        ))
    }),
];

const STATUS: Steps = &[("status", |_| Ok(fs::read_to_string("/proc/self/status")?))];

const MAPS: Steps = &[
    ("uid_map", |_| write("/proc/self/uid_map", "0 0 1")),
    ("gid_map", |_| write("/proc/self/gid_map", "0 0 1")),
    ("setgroups", |_| write("/proc/self/setgroups", "allow")),
    ("projid_map", |_| write("/proc/self/projid_map", "0 0 1")),
    ("own", |_| read(c"/proc/self/uid_map")),
];

const LIMITS: Steps = &[
    ("open-files", |_| raise(libc::RLIMIT_NOFILE, 0)),
    ("processes", |_| raise(libc::RLIMIT_NPROC, 0)),
    ("core", |_| raise(libc::RLIMIT_CORE, 0)),
    ("locked-memory", |_| raise(libc::RLIMIT_MEMLOCK, 0)),
    ("priority", |_| raise(libc::RLIMIT_RTPRIO, 0)),
    ("messages", |_| raise(libc::RLIMIT_MSGQUEUE, 0)),
    ("of-the-host", |task| {
        raise(libc::RLIMIT_NOFILE, task.number("hostPid"))
    }),
    ("core-pattern", |_| {
        write("/proc/sys/kernel/core_pattern", "|/bin/sh")
    }),
    ("oom_score_adj", |_| {
        write("/proc/self/oom_score_adj", "-1000")
    }),
];

const SCHEDULING: Steps = &[
    ("nice", |_| {
        told(call(libc::SYS_setpriority, &[0, 0, int(-20)]))
    }),
    ("real-time", |_| {
        let priority = 50i32;
        told(call(
            libc::SYS_sched_setscheduler,
            &[0, int(libc::SCHED_FIFO), &raw const priority as usize],
        ))
    }),
    ("deadline", |_| {
        let attributes = [0x6_0000_0030u64, 0, 0, 500_000, 1_000_000, 1_000_000];
        told(call(
            libc::SYS_sched_setattr,
            &[0, attributes.as_ptr() as usize, 0],
        ))
    }),
    ("io-real-time", |_| {
        told(call(libc::SYS_ioprio_set, &[1, 0, 1 << 13]))
    }),
    ("nice-of-the-host", |task| {
        told(call(
            libc::SYS_setpriority,
            &[0, task.number("hostPid"), 19],
        ))
    }),
    ("autogroup", |_| write("/proc/self/autogroup", "-20")),
];

fn prctl(option: i32, first: usize, second: usize) -> Result<usize, crate::sys::Errno> {
    call(libc::SYS_prctl, &[int(option), first, second, 0, 0])
}

fn write(path: &str, what: &str) -> crate::report::Went {
    let file = super::open(&super::c_text(path), libc::O_WRONLY)?;
    let what = super::c_text(what);
    told(call(
        libc::SYS_write,
        &[file, text(&what), what.as_bytes().len()],
    ))
}

/// Raises a limit beyond what it may be.
fn raise(resource: libc::__rlimit_resource_t, pid: usize) -> crate::report::Went {
    let unlimited = [u64::MAX; 2];
    let arguments = [pid, resource as usize, unlimited.as_ptr() as usize, 0];
    told(call(libc::SYS_prlimit64, &arguments))
}
