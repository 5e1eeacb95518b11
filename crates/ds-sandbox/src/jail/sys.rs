//! The kernel calls of the jail that no crate offers safely. All unsafe code of the project is here and in
//! `quota/sys.rs`.

use std::{io, mem, os::fd::AsRawFd as _, os::fd::BorrowedFd};

use rustix::{process::Pid, thread::UnshareFlags};

/// Splits this process in two. `None` is said to the child.
pub(super) fn fork() -> io::Result<Option<Pid>> {
    #[expect(
        unsafe_code,
        reason = "fork is unsafe for what other threads may hold locked"
    )]
    // SAFETY: a launcher has one thread, so the child may do whatever its parent could.
    let pid = unsafe { libc::fork() };
    match pid {
        0 => Ok(None),
        pid => Pid::from_raw(pid)
            .filter(|_| pid > 0)
            .map(Some)
            .ok_or_else(io::Error::last_os_error),
    }
}

/// Closes every descriptor from this one on. Nothing in this process may own one of them yet.
pub(super) fn close_all_from(first: u32) -> io::Result<()> {
    #[expect(unsafe_code, reason = "closing what others may own is unsafe")]
    // SAFETY: a launcher calls this first of all, when nothing was opened.
    let result = unsafe { libc::syscall(libc::SYS_close_range, first, u32::MAX, 0) };
    if result == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// Gives this process namespaces of its own.
pub(super) fn unshare(namespaces: UnshareFlags) -> io::Result<()> {
    debug_assert!(!namespaces.contains(UnshareFlags::FILES));
    #[expect(unsafe_code, reason = "unshare is unsafe for its FILES flag")]
    // SAFETY: that flag is not among them, and a launcher has one thread.
    let done = unsafe { rustix::thread::unshare_unsafe(namespaces) };
    Ok(done?)
}

/// What may be done through a mount.
#[derive(Clone, Copy)]
pub(super) struct Attributes<'a> {
    /// `MOUNT_ATTR_*`.
    pub(super) set: u64,
    /// The user namespace by whose map the ids of its files are shown.
    pub(super) ids: Option<BorrowedFd<'a>>,
}

/// Sets the attributes of a mount that is attached nowhere yet.
pub(super) fn set_attributes(mount: BorrowedFd<'_>, attributes: Attributes<'_>) -> io::Result<()> {
    let idmap = if attributes.ids.is_some() {
        libc::MOUNT_ATTR_IDMAP
    } else {
        0
    };
    let attr = libc::mount_attr {
        attr_set: attributes.set | idmap,
        attr_clr: 0,
        propagation: 0,
        userns_fd: attributes
            .ids
            .and_then(|fd| u64::try_from(fd.as_raw_fd()).ok())
            .unwrap_or(0),
    };
    #[expect(unsafe_code, reason = "a system call that nobody wraps")]
    // SAFETY: mount_setattr(fd, path, flags, attr, size): the path is a C string, `attr` lives and has that size.
    let result = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            mount.as_raw_fd(),
            c"".as_ptr(),
            libc::AT_EMPTY_PATH,
            &raw const attr,
            mem::size_of::<libc::mount_attr>(),
        )
    };
    if result == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// Writing more than `RLIMIT_FSIZE` allows shall be an error, not the end: for this process and those it becomes.
pub(super) fn ignore_file_size_signal() {
    #[expect(unsafe_code, reason = "signal dispositions are unsafe for handlers")]
    // SAFETY: SIG_IGN is no handler.
    unsafe {
        libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
    }
}
