//! The system calls a sandbox may make. What is not listed does not exist there (`ENOSYS`): programs know how
//! to do without, and a call that a future kernel brings is refused from its first day.

use std::collections::BTreeMap;

use libc::{c_int, c_long};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, apply_filter,
};

use super::{Doing as _, Failure};

type Rules = BTreeMap<c_long, Vec<SeccompRule>>;

/// Files and directories. No links that lead elsewhere (symlink), no devices or pipes with names (mknod), no change of
/// owners, no mounts, no handles; no watching (inotify), of which the kernel gives all users of a computer so many
/// together as the host has.
const FILES: &[c_long] = &[
    libc::SYS_close,
    libc::SYS_close_range,
    libc::SYS_read,
    libc::SYS_write,
    libc::SYS_readv,
    libc::SYS_writev,
    libc::SYS_pread64,
    libc::SYS_pwrite64,
    libc::SYS_preadv,
    libc::SYS_pwritev,
    libc::SYS_preadv2,
    libc::SYS_pwritev2,
    libc::SYS_lseek,
    libc::SYS_fstat,
    libc::SYS_newfstatat,
    libc::SYS_statx,
    libc::SYS_statfs,
    libc::SYS_fstatfs,
    libc::SYS_faccessat,
    libc::SYS_faccessat2,
    libc::SYS_readlinkat,
    libc::SYS_getdents64,
    libc::SYS_getcwd,
    libc::SYS_chdir,
    libc::SYS_fchdir,
    libc::SYS_mkdirat,
    libc::SYS_unlinkat,
    libc::SYS_renameat,
    libc::SYS_linkat,
    libc::SYS_utimensat,
    libc::SYS_umask,
    libc::SYS_truncate,
    libc::SYS_ftruncate,
    libc::SYS_fallocate,
    libc::SYS_fadvise64,
    libc::SYS_fsync,
    libc::SYS_fdatasync,
    libc::SYS_sync_file_range,
    libc::SYS_flock,
    libc::SYS_copy_file_range,
    libc::SYS_sendfile,
];

/// The calls of files that newer architectures left out.
#[cfg(target_arch = "x86_64")]
const OLD_FILES: &[c_long] = &[
    libc::SYS_stat,
    libc::SYS_lstat,
    libc::SYS_access,
    libc::SYS_readlink,
    libc::SYS_getdents,
    libc::SYS_mkdir,
    libc::SYS_rmdir,
    libc::SYS_unlink,
    libc::SYS_rename,
    libc::SYS_link,
    libc::SYS_utimes,
    libc::SYS_dup2,
    libc::SYS_pipe,
    libc::SYS_poll,
    libc::SYS_select,
    libc::SYS_epoll_create,
    libc::SYS_epoll_wait,
    libc::SYS_eventfd,
    libc::SYS_time,
    libc::SYS_arch_prctl,
    libc::SYS_getpgrp,
];
#[cfg(not(target_arch = "x86_64"))]
const OLD_FILES: &[c_long] = &[];

/// Memory, threads of its own, time, and waiting. No other process: none can be made (see `rules`), seen, or
/// signalled but itself.
const PROCESS: &[c_long] = &[
    libc::SYS_mmap,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_mprotect,
    libc::SYS_madvise,
    libc::SYS_msync,
    libc::SYS_mincore,
    libc::SYS_brk,
    libc::SYS_membarrier,
    libc::SYS_pkey_alloc,
    libc::SYS_pkey_free,
    libc::SYS_pkey_mprotect,
    libc::SYS_futex,
    libc::SYS_set_robust_list,
    libc::SYS_get_robust_list,
    libc::SYS_rseq,
    libc::SYS_set_tid_address,
    libc::SYS_gettid,
    libc::SYS_getpid,
    libc::SYS_getppid,
    libc::SYS_getpgid,
    libc::SYS_getsid,
    libc::SYS_getuid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getegid,
    libc::SYS_getgroups,
    libc::SYS_getresuid,
    libc::SYS_getresgid,
    libc::SYS_getrlimit,
    libc::SYS_getrusage,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_getparam,
    libc::SYS_sched_getscheduler,
    libc::SYS_getcpu,
    libc::SYS_uname,
    libc::SYS_sysinfo,
    libc::SYS_getrandom,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_rt_sigpending,
    libc::SYS_rt_sigtimedwait,
    libc::SYS_rt_sigsuspend,
    libc::SYS_sigaltstack,
    libc::SYS_restart_syscall,
    libc::SYS_tgkill,
    libc::SYS_kill,
    libc::SYS_wait4,
    libc::SYS_waitid,
    // Allowed to be run itself; Landlock and the mounts leave nothing to run but the program it is already.
    libc::SYS_execve,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_nanosleep,
    libc::SYS_clock_nanosleep,
    libc::SYS_clock_gettime,
    libc::SYS_clock_getres,
    libc::SYS_gettimeofday,
    libc::SYS_times,
    libc::SYS_timerfd_create,
    libc::SYS_timerfd_settime,
    libc::SYS_timerfd_gettime,
    libc::SYS_setitimer,
    libc::SYS_getitimer,
];

/// Pipes, sockets once they are there, and waiting for them.
const CHANNELS: &[c_long] = &[
    libc::SYS_dup,
    libc::SYS_dup3,
    libc::SYS_pipe2,
    libc::SYS_eventfd2,
    libc::SYS_epoll_create1,
    libc::SYS_epoll_ctl,
    libc::SYS_epoll_pwait,
    libc::SYS_epoll_pwait2,
    libc::SYS_ppoll,
    libc::SYS_pselect6,
    libc::SYS_bind,
    libc::SYS_listen,
    libc::SYS_accept,
    libc::SYS_accept4,
    libc::SYS_connect,
    libc::SYS_getsockname,
    libc::SYS_getpeername,
    libc::SYS_getsockopt,
    libc::SYS_shutdown,
    libc::SYS_sendto,
    libc::SYS_recvfrom,
    libc::SYS_sendmsg,
    libc::SYS_recvmsg,
    libc::SYS_sendmmsg,
    libc::SYS_recvmmsg,
];

/// Calls that set a file's mode, and which argument that is. No file is to run as its owner: on the host's disk
/// that is the host. `openat2` and `fchmodat2` are not there: the mode of the one is in memory, and the other is
/// done without.
const MODES: &[(c_long, u8)] = &[
    (libc::SYS_fchmod, 1),
    (libc::SYS_fchmodat, 2),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_chmod, 1),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_creat, 1),
];
/// Calls that make a file if their flags say so, and which argument those are; the mode follows.
const OPENS: &[(c_long, u8)] = &[
    (libc::SYS_openat, 2),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_open, 1),
];
/// `S_ISUID | S_ISGID`.
const SET_ID: u64 = 0o6000;
/// `O_CREAT`, and `O_TMPFILE` without `O_DIRECTORY`, which is part of it.
const CREATES: u64 = (libc::O_CREAT | (libc::O_TMPFILE & !libc::O_DIRECTORY)) as u64;

/// `RENAME_NOREPLACE` and `RENAME_EXCHANGE`.
const RENAMES: u64 = (libc::RENAME_NOREPLACE | libc::RENAME_EXCHANGE) as u64;

/// What may be done with a descriptor: duplicate, flags, locks. No leases: the host would wait for those.
const FCNTLS: [u64; 12] = [
    libc::F_DUPFD as u64,
    libc::F_DUPFD_CLOEXEC as u64,
    libc::F_GETFD as u64,
    libc::F_SETFD as u64,
    libc::F_GETFL as u64,
    libc::F_SETFL as u64,
    libc::F_GETLK as u64,
    libc::F_SETLK as u64,
    libc::F_SETLKW as u64,
    libc::F_OFD_GETLK as u64,
    libc::F_OFD_SETLK as u64,
    libc::F_OFD_SETLKW as u64,
];

/// What may be set on a socket, with its level. No filters, which are programs, and no other protocols on top.
const SOCKET_OPTIONS: [(c_int, &[c_int]); 3] = [
    (
        libc::SOL_SOCKET,
        &[
            libc::SO_REUSEADDR,
            libc::SO_REUSEPORT,
            libc::SO_KEEPALIVE,
            libc::SO_LINGER,
            libc::SO_SNDBUF,
            libc::SO_RCVBUF,
            libc::SO_SNDTIMEO,
            libc::SO_RCVTIMEO,
        ],
    ),
    (
        libc::IPPROTO_TCP,
        &[
            libc::TCP_NODELAY,
            libc::TCP_KEEPIDLE,
            libc::TCP_KEEPINTVL,
            libc::TCP_KEEPCNT,
            libc::TCP_QUICKACK,
            libc::TCP_USER_TIMEOUT,
        ],
    ),
    (libc::IPPROTO_IPV6, &[libc::IPV6_V6ONLY]),
];

/// `ioctl`s of plain files, pipes and sockets: whether it is a terminal, how large it is, how much there is to
/// read, not to block, to close itself. Not the one that types into a terminal.
const IOCTLS: [u64; 6] = [
    libc::TCGETS,
    libc::TIOCGWINSZ,
    libc::FIONREAD,
    libc::FIONBIO,
    libc::FIOCLEX,
    libc::FIONCLEX,
];

/// `PR_SET_VMA`, with which V8 names its memory.
const PR_SET_VMA: u64 = 0x5356_4d41;
/// The name of a thread, and of memory.
const PRCTLS: [u64; 3] = [
    libc::PR_SET_NAME as u64,
    libc::PR_GET_NAME as u64,
    PR_SET_VMA,
];

/// The type of a socket without its flags.
const SOCKET_TYPE: u64 = 0xf;
/// Every namespace there is.
const NAMESPACES: u64 = (libc::CLONE_NEWNS
    | libc::CLONE_NEWCGROUP
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUSER
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET) as u64;

/// From here on, nothing else.
pub(super) fn restrict(may_connect: bool) -> Result<(), Failure> {
    let filter = program(may_connect).doing("list its system calls")?;
    apply_filter(&filter).doing("restrict its system calls")
}

fn program(may_connect: bool) -> Result<BpfProgram, seccompiler::Error> {
    let refused = SeccompAction::Errno(libc::ENOSYS.cast_unsigned());
    let arch = std::env::consts::ARCH.try_into()?;
    let filter = SeccompFilter::new(rules(may_connect)?, refused, SeccompAction::Allow, arch)?;
    Ok(filter.try_into()?)
}

fn rules(may_connect: bool) -> Result<Rules, seccompiler::Error> {
    let plain = [FILES, OLD_FILES, PROCESS, CHANNELS].concat();
    let mut rules: Rules = plain.into_iter().map(|call| (call, Vec::new())).collect();
    // A thread, and neither a process nor a namespace. clone3 has its flags in memory, where they cannot be
    // checked; the C library falls back to this.
    let thread = rule(&[
        masked(0, CLONE_THREAD, CLONE_THREAD)?,
        masked(0, NAMESPACES, 0)?,
    ])?;
    rules.insert(libc::SYS_clone, vec![thread]);
    rules.insert(libc::SYS_socket, sockets(may_connect)?);
    rules.insert(libc::SYS_socketpair, vec![rule(&[equal(0, AF_UNIX)?])?]);
    for (call, mode) in MODES {
        rules.insert(*call, vec![rule(&[masked(*mode, SET_ID, 0)?])?]);
    }
    for (call, flags) in OPENS {
        // Without these flags, the mode is whatever was there.
        let opened = rule(&[masked(*flags, CREATES, 0)?])?;
        let created = rule(&[masked(*flags + 1, SET_ID, 0)?])?;
        rules.insert(*call, vec![opened, created]);
    }
    // Neither a whiteout, which is a device.
    let renamed = rule(&[masked(4, !RENAMES, 0)?])?;
    rules.insert(libc::SYS_renameat2, vec![renamed]);
    rules.insert(libc::SYS_fcntl, any_of(1, &FCNTLS)?);
    rules.insert(libc::SYS_setsockopt, socket_options()?);
    rules.insert(libc::SYS_ioctl, any_of(1, &IOCTLS)?);
    rules.insert(libc::SYS_prctl, any_of(0, &PRCTLS)?);
    // Asked for one's own limits; not set, and of nobody else.
    let own_limits = rule(&[equal(0, 0)?, equal_long(2, 0)?])?;
    rules.insert(libc::SYS_prlimit64, vec![own_limits]);
    Ok(rules)
}

const CLONE_THREAD: u64 = libc::CLONE_THREAD as u64;
const AF_UNIX: u64 = libc::AF_UNIX as u64;
const INTERNET: [u64; 2] = [libc::AF_INET as u64, libc::AF_INET6 as u64];
const STREAM: u64 = libc::SOCK_STREAM as u64;
const TCP: u64 = libc::IPPROTO_TCP as u64;

/// Unix sockets; with an outlet, TCP too.
fn sockets(may_connect: bool) -> Result<Vec<SeccompRule>, seccompiler::Error> {
    let mut sockets = vec![rule(&[equal(0, AF_UNIX)?])?];
    if may_connect {
        for family in INTERNET {
            // TCP, and none of the others that are streams too.
            for protocol in [0, TCP] {
                let stream = masked(1, SOCKET_TYPE, STREAM)?;
                let protocol = equal(2, protocol)?;
                sockets.push(rule(&[equal(0, family)?, stream, protocol])?);
            }
        }
    }
    Ok(sockets)
}

fn socket_options() -> Result<Vec<SeccompRule>, seccompiler::Error> {
    let options = SOCKET_OPTIONS.iter();
    let options = options.flat_map(|(level, names)| names.iter().map(move |name| (level, name)));
    let option = |(level, name): (&c_int, &c_int)| {
        let (level, name) = (level.cast_unsigned(), name.cast_unsigned());
        rule(&[equal(1, level.into())?, equal(2, name.into())?])
    };
    options.map(option).collect()
}

fn any_of(argument: u8, values: &[u64]) -> Result<Vec<SeccompRule>, seccompiler::Error> {
    values
        .iter()
        .map(|value| rule(&[equal(argument, *value)?]))
        .collect()
}

fn rule(conditions: &[SeccompCondition]) -> Result<SeccompRule, seccompiler::Error> {
    Ok(SeccompRule::new(conditions.to_vec())?)
}

fn equal(argument: u8, value: u64) -> Result<SeccompCondition, seccompiler::Error> {
    condition(argument, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, value)
}

fn equal_long(argument: u8, value: u64) -> Result<SeccompCondition, seccompiler::Error> {
    condition(argument, SeccompCmpArgLen::Qword, SeccompCmpOp::Eq, value)
}

fn masked(argument: u8, mask: u64, value: u64) -> Result<SeccompCondition, seccompiler::Error> {
    let masked = SeccompCmpOp::MaskedEq(mask);
    condition(argument, SeccompCmpArgLen::Qword, masked, value)
}

fn condition(
    argument: u8,
    length: SeccompCmpArgLen,
    operation: SeccompCmpOp,
    value: u64,
) -> Result<SeccompCondition, seccompiler::Error> {
    Ok(SeccompCondition::new(argument, length, operation, value)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leads_out_is_not_listed() {
        let rules = rules(true).unwrap();
        let never = [
            libc::SYS_ptrace,
            libc::SYS_process_vm_readv,
            libc::SYS_mount,
            libc::SYS_unshare,
            libc::SYS_setns,
            libc::SYS_clone3,
            libc::SYS_bpf,
            libc::SYS_io_uring_setup,
            libc::SYS_userfaultfd,
            libc::SYS_perf_event_open,
            libc::SYS_keyctl,
            libc::SYS_memfd_create,
            libc::SYS_execveat,
            libc::SYS_symlinkat,
            libc::SYS_mknodat,
            libc::SYS_seccomp,
            libc::SYS_openat2,
            libc::SYS_inotify_init1,
            libc::SYS_timer_create,
            libc::SYS_open_by_handle_at,
            libc::SYS_pidfd_getfd,
        ];
        for call in never {
            assert!(!rules.contains_key(&call), "{call}");
        }
        program(false).unwrap();
        program(true).unwrap();
    }
}
