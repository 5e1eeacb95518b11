//! Other processes: reading, changing and ending them.

use super::{Steps, c_text, read, told};
use crate::{
    control::Task,
    report::Went,
    sys::{self, aside, call, int},
};

pub(super) const ATTEMPTS: &[(&str, Steps)] = &[
    ("ptrace", PTRACE),
    ("memory-of-others", MEMORY),
    ("signals", SIGNALS),
    ("pidfds", PIDFDS),
    ("everybody", EVERYBODY),
];

const PTRACE: Steps = &[
    ("traceme", |_| {
        told(aside(|| call(libc::SYS_ptrace, &[0, 0, 0, 0])))
    }),
    ("attach-host", |task| {
        ptrace(task, libc::PTRACE_ATTACH as usize, "hostPid")
    }),
    ("seize-host", |task| {
        ptrace(task, libc::PTRACE_SEIZE as usize, "hostPid")
    }),
    ("attach-other", |task| {
        ptrace(task, libc::PTRACE_ATTACH as usize, "pid")
    }),
];

const MEMORY: Steps = &[
    ("read-host", |task| {
        vm(libc::SYS_process_vm_readv, task.number("hostPid"))
    }),
    ("write-host", |task| {
        vm(libc::SYS_process_vm_writev, task.number("hostPid"))
    }),
    ("read-other", |task| {
        vm(libc::SYS_process_vm_readv, task.number("pid"))
    }),
    ("mem-of-host", |task| {
        read(&c_text(&format!("/proc/{}/mem", task.number("hostPid"))))
    }),
    ("environ-of-other", |task| {
        read(&c_text(&format!("/proc/{}/environ", task.number("pid"))))
    }),
    ("kcmp", |task| {
        told(call(libc::SYS_kcmp, &[1, task.number("hostPid"), 0, 0, 0]))
    }),
];

const SIGNALS: Steps = &[
    ("kill-host", |task| {
        kill(task.number("hostPid"), libc::SIGKILL)
    }),
    ("probe-host", |task| kill(task.number("hostPid"), 0)),
    ("kill-other", |task| kill(task.number("pid"), libc::SIGKILL)),
    ("kill-others-group", |task| {
        kill(0usize.wrapping_sub(task.number("pid")), libc::SIGKILL)
    }),
    ("tkill", |task| {
        told(call(libc::SYS_tkill, &[task.number("pid"), 9]))
    }),
    ("tgkill", |task| {
        let pid = task.number("hostPid");
        told(call(libc::SYS_tgkill, &[pid, pid, 9]))
    }),
    ("queue", |task| {
        let info = [0u64; 16];
        let arguments = [task.number("hostPid"), 15, info.as_ptr() as usize];
        told(call(libc::SYS_rt_sigqueueinfo, &arguments))
    }),
];

const PIDFDS: Steps = &[
    ("open-host", |task| {
        told(call(libc::SYS_pidfd_open, &[task.number("hostPid"), 0]))
    }),
    ("open-other", |task| {
        told(call(libc::SYS_pidfd_open, &[task.number("pid"), 0]))
    }),
    ("steal", |_| {
        let own = call(libc::SYS_pidfd_open, &[1, 0])?;
        told(call(libc::SYS_pidfd_getfd, &[own, 0, 0]))
    }),
    ("madvise", |_| {
        let own = call(libc::SYS_pidfd_open, &[1, 0])?;
        let nothing = [0usize; 2];
        told(call(
            libc::SYS_process_madvise,
            &[own, nothing.as_ptr() as usize, 1, 20, 0],
        ))
    }),
];

/// Signals to whole crowds. They may work; whom they must not reach is outside.
const EVERYBODY: Steps = &[
    ("all", |_| kill(int(-1), libc::SIGKILL)),
    ("own-group", |_| kill(0, libc::SIGHUP)),
    ("own-group-kill", |_| kill(0, libc::SIGKILL)),
    ("parent", |_| {
        let parent = call(libc::SYS_getppid, &[])?;
        Ok(parent.to_string())
    }),
    ("session", |_| {
        let session = call(libc::SYS_getsid, &[0])?;
        Ok(session.to_string())
    }),
];

fn ptrace(task: &Task, request: usize, whom: &str) -> Went {
    told(call(libc::SYS_ptrace, &[request, task.number(whom), 0, 0]))
}

fn vm(number: libc::c_long, pid: usize) -> Went {
    let mut buffer = [0u8; 16];
    let local = [buffer.as_mut_ptr() as usize, buffer.len()];
    let remote = [0x40_0000usize, 16];
    told(call(
        number,
        &[pid, sys::from(&local), 1, sys::from(&remote), 1, 0],
    ))
}

fn kill(pid: usize, signal: i32) -> Went {
    told(call(libc::SYS_kill, &[pid, int(signal)]))
}
