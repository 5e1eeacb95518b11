//! What is the whole machine's: its clock, name, modules, end.

use super::{Steps, told};
use crate::sys::{call, int, text};

pub(super) const ATTEMPTS: &[(&str, Steps)] = &[
    ("machine", MACHINE),
    ("kernel-modules", MODULES),
    ("clock", CLOCK),
];

const MACHINE: Steps = &[
    ("reboot", |_| {
        told(call(libc::SYS_reboot, &[0xfee1_dead, 672_274_793, 0, 0]))
    }),
    ("sethostname", |_| {
        told(call(libc::SYS_sethostname, &[text(c"mine"), 4]))
    }),
    ("setdomainname", |_| {
        told(call(libc::SYS_setdomainname, &[text(c"mine"), 4]))
    }),
    ("swapon", |_| {
        told(call(libc::SYS_swapon, &[text(c"/tmp"), 0]))
    }),
    ("swapoff", |_| {
        told(call(libc::SYS_swapoff, &[text(c"/tmp")]))
    }),
    ("syslog", |_| {
        let mut buffer = [0u8; 256];
        told(call(
            libc::SYS_syslog,
            &[3, buffer.as_mut_ptr() as usize, 256],
        ))
    }),
    ("acct", |_| {
        told(call(libc::SYS_acct, &[text(c"/tmp/acct")]))
    }),
    ("quotactl", |_| {
        told(call(libc::SYS_quotactl, &[0, 0, 0, 0]))
    }),
    ("vhangup", |_| told(call(libc::SYS_vhangup, &[]))),
    ("fanotify", |_| told(call(libc::SYS_fanotify_init, &[0, 0]))),
    ("fanotify-reporting", |_| {
        told(call(libc::SYS_fanotify_init, &[0x200, 0]))
    }),
    ("lookup_dcookie", |_| {
        told(call(libc::SYS_lookup_dcookie, &[1, 0, 0]))
    }),
    ("ports", ports),
    ("segments", segments),
    ("migrate_pages", |_| {
        told(call(libc::SYS_migrate_pages, &[1, 0, 0, 0]))
    }),
    ("move_pages", |_| {
        told(call(libc::SYS_move_pages, &[1, 0, 0, 0, 0, 2]))
    }),
    ("set_mempolicy", |_| {
        told(call(libc::SYS_set_mempolicy, &[0, 0, 0]))
    }),
];

const MODULES: Steps = &[
    ("init_module", |_| {
        told(call(libc::SYS_init_module, &[0, 0, text(c"")]))
    }),
    ("finit_module", |_| {
        told(call(libc::SYS_finit_module, &[0, text(c""), 0]))
    }),
    ("delete_module", |_| {
        told(call(libc::SYS_delete_module, &[text(c"ext4"), 0]))
    }),
    ("kexec_load", |_| {
        told(call(libc::SYS_kexec_load, &[0, 0, 0, 0]))
    }),
    ("kexec_file_load", |_| told(call(320, &[0, 0, 0, 0, 0]))),
];

const CLOCK: Steps = &[
    ("clock_settime", |_| {
        let time = [0u64; 2];
        told(call(libc::SYS_clock_settime, &[0, time.as_ptr() as usize]))
    }),
    ("settimeofday", |_| {
        let time = [0u64; 2];
        told(call(libc::SYS_settimeofday, &[time.as_ptr() as usize, 0]))
    }),
    ("adjtimex", |_| {
        let mut change = [0u64; 32];
        // The frequency, as it is now.
        change[0] = 2;
        told(call(libc::SYS_adjtimex, &[change.as_mut_ptr() as usize]))
    }),
    ("clock_adjtime", |_| {
        let mut change = [0u64; 32];
        change[0] = 2;
        told(call(
            libc::SYS_clock_adjtime,
            &[int(libc::CLOCK_REALTIME), change.as_mut_ptr() as usize],
        ))
    }),
    ("wake-alarm", |_| {
        told(call(
            libc::SYS_timerfd_create,
            &[int(libc::CLOCK_REALTIME_ALARM), 0],
        ))
    }),
];

#[cfg(target_arch = "x86_64")]
fn ports(_: &crate::control::Task) -> crate::report::Went {
    told(call(libc::SYS_ioperm, &[0x70, 2, 1]).or_else(|_| call(libc::SYS_iopl, &[3])))
}

#[cfg(not(target_arch = "x86_64"))]
fn ports(_: &crate::control::Task) -> crate::report::Went {
    Err(crate::sys::Errno(libc::ENOSYS))
}

#[cfg(target_arch = "x86_64")]
fn segments(_: &crate::control::Task) -> crate::report::Went {
    let entry = [0u32, 0, 0, 0];
    told(call(
        libc::SYS_modify_ldt,
        &[1, entry.as_ptr() as usize, 16],
    ))
}

#[cfg(not(target_arch = "x86_64"))]
fn segments(_: &crate::control::Task) -> crate::report::Went {
    Err(crate::sys::Errno(libc::ENOSYS))
}
