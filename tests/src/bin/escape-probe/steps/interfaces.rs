//! Parts of the kernel that apps have no use for and exploits do.

use std::ffi::CStr;

use super::{Steps, told};
use crate::sys::{aside, call, int, text};

pub(super) const ATTEMPTS: &[(&str, Steps)] = &[
    ("io_uring", IO_URING),
    ("bpf", BPF),
    ("userfaultfd", USERFAULTFD),
    ("perf", PERF),
    ("keys", KEYS),
    ("personality", PERSONALITY),
    ("handles", HANDLES),
    ("old-abis", OLD_ABIS),
    ("sysv-ipc", SYSV),
];

const IO_URING: Steps = &[
    ("setup", |_| {
        let mut parameters = [0u8; 120];
        told(call(
            libc::SYS_io_uring_setup,
            &[8, parameters.as_mut_ptr() as usize],
        ))
    }),
    ("enter", |_| {
        told(call(libc::SYS_io_uring_enter, &[0, 1, 0, 0, 0, 0]))
    }),
    ("register", |_| {
        told(call(libc::SYS_io_uring_register, &[0, 0, 0, 0]))
    }),
    ("aio", |_| {
        let mut context = 0u64;
        told(call(libc::SYS_io_setup, &[8, &raw mut context as usize]))
    }),
];

const BPF: Steps = &[
    ("map", |_| {
        // An array with keys and values of 4 and 8 bytes and one entry.
        let attributes = [2u32, 4, 8, 1, 0, 0, 0, 0, 0, 0, 0, 0];
        told(call(
            libc::SYS_bpf,
            &[0, attributes.as_ptr() as usize, size_of_val(&attributes)],
        ))
    }),
    ("socket-filter", |_| {
        // r0 = 0; exit
        let program = [0xb7u64, 0x95];
        let mut attributes = [0u64; 16];
        attributes[0] = 1 | 2 << 32;
        attributes[1] = program.as_ptr() as u64;
        attributes[2] = c"GPL".as_ptr() as u64;
        told(call(libc::SYS_bpf, &[5, attributes.as_ptr() as usize, 48]))
    }),
];

const USERFAULTFD: Steps = &[
    ("kernel", |_| told(call(libc::SYS_userfaultfd, &[0]))),
    ("user", |_| told(call(libc::SYS_userfaultfd, &[1]))),
];

const PERF: Steps = &[
    ("software", |_| told(perf(1))),
    ("hardware", |_| told(perf(0))),
    ("tracepoint", |_| told(perf(2))),
];

const KEYS: Steps = &[
    ("add_key", |_| {
        let payload = c"secret";
        let arguments = [text(c"user"), text(c"ds-escape"), text(payload), 6, int(-3)];
        told(call(libc::SYS_add_key, &arguments))
    }),
    ("request_key", |_| {
        told(call(
            libc::SYS_request_key,
            &[text(c"user"), text(c"ds-escape"), 0, 0],
        ))
    }),
    ("session-keyring", |_| {
        told(call(libc::SYS_keyctl, &[0, int(-3), 0]))
    }),
    ("join-keyring", |_| told(call(libc::SYS_keyctl, &[1, 0]))),
];

const PERSONALITY: Steps = &[
    ("no-randomization", |_| {
        told(aside(|| call(libc::SYS_personality, &[0x004_0000])))
    }),
    ("read-implies-exec", |_| {
        told(aside(|| call(libc::SYS_personality, &[0x040_0000])))
    }),
    ("map-page-zero", |_| {
        told(aside(|| call(libc::SYS_personality, &[0x010_0000])))
    }),
];

const HANDLES: Steps = &[
    ("name", |_| told(handle(c"/"))),
    ("open", |_| {
        // A handle as ext4 and XFS make them: inode 2, the root of the file system.
        let handle = [8u32, 1, 2, 0];
        let arguments = [
            int(libc::AT_FDCWD),
            handle.as_ptr() as usize,
            int(libc::O_RDONLY),
        ];
        told(call(libc::SYS_open_by_handle_at, &arguments))
    }),
];

const OLD_ABIS: Steps = &[
    // The 32-bit pointers variant of x86: the same numbers with a bit set.
    ("x32-getpid", |_| {
        told(aside(|| call(libc::SYS_getpid | 0x4000_0000, &[])))
    }),
    ("x32-unshare", |_| {
        let number = libc::SYS_unshare | 0x4000_0000;
        told(aside(|| call(number, &[int(libc::CLONE_NEWUSER)])))
    }),
    ("beyond", |_| told(aside(|| call(0x7fff_ffff, &[])))),
];

const SYSV: Steps = &[
    ("shared-memory", |_| {
        told(call(libc::SYS_shmget, &[1234, 1 << 20, 0o1600]))
    }),
    ("semaphores", |_| {
        told(call(libc::SYS_semget, &[1234, 1, 0o1600]))
    }),
    ("messages", |_| {
        told(call(libc::SYS_msgget, &[1234, 0o1600]))
    }),
    ("posix-messages", |_| {
        told(call(
            libc::SYS_mq_open,
            &[
                text(c"ds-escape"),
                int(libc::O_CREAT | libc::O_RDWR),
                0o600,
                0,
            ],
        ))
    }),
];

fn perf(kind: u32) -> Result<usize, crate::sys::Errno> {
    let mut attributes = [0u32; 32];
    (attributes[0], attributes[1]) = (kind, 128);
    let arguments = [attributes.as_ptr() as usize, 0, int(-1), int(-1), 0];
    call(libc::SYS_perf_event_open, &arguments)
}

fn handle(path: &CStr) -> Result<usize, crate::sys::Errno> {
    let (mut handle, mut mount) = ([128u32; 34], 0i32);
    let place = [int(libc::AT_FDCWD), text(path)];
    let into = [handle.as_mut_ptr() as usize, &raw mut mount as usize];
    call(
        libc::SYS_name_to_handle_at,
        &[place[0], place[1], into[0], into[1], 0],
    )
}
