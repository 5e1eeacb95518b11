//! System calls, by number.

use std::{ffi::CStr, fmt};

use libc::c_long;

/// An error of the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Errno(pub(crate) i32);

/// Makes one call.
pub(crate) fn call(number: c_long, arguments: &[usize]) -> Result<usize, Errno> {
    let mut a = [0; 6];
    a[..arguments.len()].copy_from_slice(arguments);
    #[expect(
        unsafe_code,
        reason = "an attacker makes any call there is, with any arguments; this program holds nothing of worth"
    )]
    // SAFETY: none can be promised. What the kernel writes through these arguments is memory that the caller lent
    // for it; everything else is meant to be refused.
    let result = unsafe { libc::syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]) };
    usize::try_from(result).map_err(|_| last())
}

fn last() -> Errno {
    Errno(std::io::Error::last_os_error().raw_os_error().unwrap_or(0))
}

/// A path or name as an argument.
pub(crate) fn text(text: &CStr) -> usize {
    text.as_ptr() as usize
}

/// Something to read from as an argument.
pub(crate) fn from<T>(value: &T) -> usize {
    std::ptr::from_ref(value) as usize
}

/// Something to write to as an argument.
pub(crate) fn into<T>(value: &mut T) -> usize {
    std::ptr::from_mut(value) as usize
}

/// A number of the C library as an argument: -1 is all ones.
pub(crate) fn int(number: i32) -> usize {
    number as isize as usize
}

/// Makes a process; `None` in the new one.
pub(crate) fn fork() -> Result<Option<i32>, Errno> {
    fork_with(0)
}

/// The same, with more flags of `clone`.
pub(crate) fn fork_with(flags: i32) -> Result<Option<i32>, Errno> {
    let pid = call(libc::SYS_clone, &[int(flags | libc::SIGCHLD), 0, 0, 0, 0])?;
    Ok((pid != 0).then(|| pid.cast_signed() as i32))
}

/// Ends this process at once.
pub(crate) fn exit(code: i32) -> ! {
    loop {
        let _ = call(libc::SYS_exit_group, &[int(code)]);
    }
}

/// Waits for a process: its exit code, or the signal that ended it.
pub(crate) fn wait(pid: i32) -> Result<Result<i32, i32>, Errno> {
    let mut status = 0i32;
    call(libc::SYS_wait4, &[int(pid), into(&mut status), 0, 0])?;
    let signal = status & 0x7f;
    Ok(match signal {
        0 => Ok(status >> 8 & 0xff),
        signal => Err(signal),
    })
}

/// Tries something in a process of its own, which it may change or end; in this one if none can be made.
pub(crate) fn aside(attempt: impl FnOnce() -> Result<usize, Errno>) -> Result<usize, Errno> {
    match fork() {
        Ok(None) => match attempt() {
            Ok(_) => exit(0),
            // Codes are bytes; so are the kernel's numbers of errors.
            Err(Errno(error)) => exit(error),
        },
        Ok(Some(pid)) => match wait(pid)? {
            Ok(0) => Ok(0),
            Ok(error) => Err(Errno(error)),
            Err(signal) => Err(Errno(-signal)),
        },
        Err(_) => attempt(),
    }
}

impl fmt::Display for Errno {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.0 {
            libc::EPERM => "EPERM",
            libc::ENOENT => "ENOENT",
            libc::ESRCH => "ESRCH",
            libc::ENXIO => "ENXIO",
            libc::EBADF => "EBADF",
            libc::ECHILD => "ECHILD",
            libc::EAGAIN => "EAGAIN",
            libc::ENOMEM => "ENOMEM",
            libc::EACCES => "EACCES",
            libc::EFAULT => "EFAULT",
            libc::EBUSY => "EBUSY",
            libc::EEXIST => "EEXIST",
            libc::EXDEV => "EXDEV",
            libc::ENODEV => "ENODEV",
            libc::ENOTDIR => "ENOTDIR",
            libc::EISDIR => "EISDIR",
            libc::EINVAL => "EINVAL",
            libc::EMFILE => "EMFILE",
            libc::ENFILE => "ENFILE",
            libc::ENOTTY => "ENOTTY",
            libc::ETXTBSY => "ETXTBSY",
            libc::ENOSPC => "ENOSPC",
            libc::EROFS => "EROFS",
            libc::ENOSYS => "ENOSYS",
            libc::ELOOP => "ELOOP",
            libc::EOPNOTSUPP => "EOPNOTSUPP",
            libc::EPROTONOSUPPORT => "EPROTONOSUPPORT",
            libc::ESOCKTNOSUPPORT => "ESOCKTNOSUPPORT",
            libc::EAFNOSUPPORT => "EAFNOSUPPORT",
            libc::ECONNREFUSED => "ECONNREFUSED",
            // What `aside` makes of a signal that ended it.
            number if -number == libc::SIGSYS => "SIGSYS",
            number if number < 0 => return write!(f, "SIG{}", -number),
            number => return write!(f, "E{number}"),
        };
        f.write_str(name)
    }
}

impl From<std::io::Error> for Errno {
    fn from(error: std::io::Error) -> Self {
        Self(error.raw_os_error().unwrap_or(0))
    }
}
