//! What /proc and /sys tell, and what they would let one do.

use super::{Steps, c_text, open, read, told};
use crate::{
    early,
    report::Went,
    sys::{call, text},
};

pub(super) const ATTEMPTS: &[(&str, Steps)] = &[
    ("proc", PROC),
    ("proc-system", SYSTEM),
    ("proc-writes", WRITES),
    ("sys", SYS),
    ("mountinfo", MOUNTINFO),
];

const PROC: Steps = &[
    ("processes", |_| early::list("/proc")),
    ("environ", |_| read(c"/proc/1/environ")),
    ("cmdline", |_| read(c"/proc/1/cmdline")),
    ("stat", |_| read(c"/proc/self/stat")),
    ("cwd", |_| link("/proc/1/cwd")),
    ("exe", |_| link("/proc/1/exe")),
    ("root", |_| link("/proc/1/root")),
    ("root-names", |_| early::list("/proc/1/root/..")),
    ("cgroup", |_| read(c"/proc/self/cgroup")),
    ("host-cmdline", |task| {
        of_host(task.number("hostPid"), "cmdline")
    }),
    ("host-root", |task| {
        of_host(task.number("hostPid"), "root/etc/passwd")
    }),
    ("host-fd", |task| of_host(task.number("hostPid"), "fd/0")),
    ("other-environ", |task| {
        of_host(task.number("pid"), "environ")
    }),
    ("other-task", |task| {
        of_host(task.number("pid"), "task/../environ")
    }),
];

const SYSTEM: Steps = &[
    ("cpuinfo", |_| read(c"/proc/cpuinfo")),
    ("meminfo", |_| read(c"/proc/meminfo")),
    ("version", |_| read(c"/proc/version")),
    ("kallsyms", |_| read(c"/proc/kallsyms")),
    ("kcore", |_| read(c"/proc/kcore")),
    ("kmsg", |_| read(c"/proc/kmsg")),
    ("keys", |_| read(c"/proc/keys")),
    ("modules", |_| read(c"/proc/modules")),
    ("mounts", |_| read(c"/proc/partitions")),
    ("locks", |_| read(c"/proc/locks")),
    ("loadavg", |_| read(c"/proc/loadavg")),
    ("slabinfo", |_| read(c"/proc/slabinfo")),
    ("timer_list", |_| read(c"/proc/timer_list")),
    ("sched_debug", |_| read(c"/proc/sched_debug")),
    ("config", |_| read(c"/proc/config.gz")),
    ("sys", |_| read(c"/proc/sys/kernel/hostname")),
    ("bus", |_| early::list("/proc/bus")),
    ("fs", |_| early::list("/proc/fs")),
];

const WRITES: Steps = &[
    ("sysrq", |_| write(c"/proc/sysrq-trigger", c"h")),
    ("core_pattern", |_| {
        write(c"/proc/sys/kernel/core_pattern", c"|/tmp/x")
    }),
    ("modprobe", |_| {
        write(c"/proc/sys/kernel/modprobe", c"/tmp/x")
    }),
    ("hostname", |_| write(c"/proc/sys/kernel/hostname", c"mine")),
    ("drop_caches", |_| write(c"/proc/sys/vm/drop_caches", c"1")),
    ("overcommit", |_| {
        write(c"/proc/sys/vm/overcommit_memory", c"1")
    }),
    ("binfmt", |_| {
        write(c"/proc/sys/fs/binfmt_misc/register", c":x:M::x::/tmp/x:")
    }),
    ("scsi", |_| {
        write(c"/proc/scsi/scsi", c"scsi remove-single-device 0 0 0 0")
    }),
    ("own-memory", |_| {
        told(open(c"/proc/1/mem/..", libc::O_RDWR))
    }),
];

const SYS: Steps = &[
    ("root", |_| early::list("/sys")),
    ("cgroups", |_| early::list("/sys/fs/cgroup")),
    ("kernel", |_| read(c"/sys/kernel/uevent_helper")),
    ("security", |_| early::list("/sys/kernel/security")),
    ("debug", |_| early::list("/sys/kernel/debug")),
    ("net", |_| early::list("/sys/class/net")),
    ("block", |_| early::list("/sys/block")),
];

const MOUNTINFO: Steps = &[
    ("mountinfo", |_| {
        Ok(std::fs::read_to_string("/proc/self/mountinfo")?)
    }),
    ("mounts", |_| {
        Ok(std::fs::read_to_string("/proc/self/mounts")?)
    }),
];

fn link(path: &str) -> Went {
    Ok(std::fs::read_link(path)?.display().to_string())
}

fn of_host(pid: usize, name: &str) -> Went {
    read(&c_text(&format!("/proc/{pid}/{name}")))
}

fn write(path: &std::ffi::CStr, what: &std::ffi::CStr) -> Went {
    let fd = open(path, libc::O_WRONLY)?;
    told(call(
        libc::SYS_write,
        &[fd, text(what), what.to_bytes().len()],
    ))
}
