//! The attempts, each a list of things to try.

mod bombs;
mod devices;
mod disk;
mod execution;
mod files;
mod identity;
mod interfaces;
mod messages;
mod mounts;
mod namespaces;
mod others;
mod planted;
mod proc;
mod sockets;
mod system;

use std::{ffi::CString, process::ExitCode};

use crate::{
    control::Task,
    early,
    report::{Report, Went},
    sys::{self, Errno},
};

/// Something to try.
type Step = fn(&Task) -> Went;
/// Things to try, by name.
type Steps = &'static [(&'static str, Step)];

/// What a jail refuses; without one nothing dangerous is tried.
const NO_JAIL: &str = "there is no jail, so nothing was tried";

/// Makes an attempt.
pub(crate) fn make(task: &Task, attempt: &str) -> String {
    let mut report = Report::default();
    if std::process::id() != 1 {
        report.add("jail", Ok(NO_JAIL.into()));
        return report.into_json();
    }
    if attempt == "early" {
        early::tell(&task.early, &mut report);
        return report.into_json();
    }
    match find(attempt) {
        Some(steps) => {
            for (name, step) in steps {
                report.add(name, step(task));
            }
        }
        None => report.add("attempt", Ok(format!("{attempt} is unknown"))),
    }
    report.into_json()
}

/// Whether questions of the host go unanswered.
pub(crate) fn is_silent(attempt: &str) -> bool {
    attempt == "silence"
}

/// Started anew by itself: whether that helped. The exit code tells what it may do now, as bits.
pub(crate) fn still_confined() -> ExitCode {
    let gained = [
        namespaces::unshare(libc::CLONE_NEWUSER).is_ok(),
        sockets::socket(libc::AF_INET, libc::SOCK_STREAM).is_ok(),
        sys::call(libc::SYS_mount, &[0, sys::text(c"/tmp"), 0, 0, 0]) != Err(Errno(libc::EPERM))
            && sys::call(libc::SYS_mount, &[0, sys::text(c"/tmp"), 0, 0, 0])
                != Err(Errno(libc::ENOSYS)),
    ];
    let bits = gained
        .iter()
        .rev()
        .fold(0, |bits, gained| bits << 1 | u8::from(*gained));
    ExitCode::from(bits)
}

fn find(attempt: &str) -> Option<Steps> {
    [
        bombs::ATTEMPTS,
        devices::ATTEMPTS,
        disk::ATTEMPTS,
        execution::ATTEMPTS,
        files::ATTEMPTS,
        identity::ATTEMPTS,
        interfaces::ATTEMPTS,
        messages::ATTEMPTS,
        mounts::ATTEMPTS,
        namespaces::ATTEMPTS,
        others::ATTEMPTS,
        planted::ATTEMPTS,
        proc::ATTEMPTS,
        sockets::ATTEMPTS,
        system::ATTEMPTS,
    ]
    .into_iter()
    .flatten()
    .find(|(name, _)| *name == attempt)
    .map(|(_, steps)| *steps)
}

impl Task {
    /// A number among the targets.
    fn number(&self, name: &str) -> usize {
        let number = self.targets[name].as_u64().unwrap_or_default();
        usize::try_from(number).unwrap_or_default()
    }

    /// A path among the targets, with more behind it.
    fn target(&self, name: &str, more: &str) -> CString {
        let path = self.targets[name].as_str().unwrap_or("/missing");
        c_text(&format!("{path}{more}"))
    }

    /// A path among the appspace's own files.
    fn file(&self, name: &str) -> CString {
        c_text(&self.file_name(name))
    }

    /// The same as text.
    fn file_name(&self, name: &str) -> String {
        format!(
            "{}/{name}",
            self.paths["files"].as_str().unwrap_or("/missing")
        )
    }
}

fn c_text(text: &str) -> CString {
    CString::new(text).unwrap_or_default()
}

/// A call's result as what an attempt reports.
fn told(result: Result<usize, Errno>) -> Went {
    result.map(|number| number.to_string())
}

/// Opens a file, relative to nothing.
fn open(path: &std::ffi::CStr, flags: i32) -> Result<usize, Errno> {
    let arguments = [
        sys::int(libc::AT_FDCWD),
        sys::text(path),
        sys::int(flags),
        0o644,
    ];
    sys::call(libc::SYS_openat, &arguments)
}

/// Opens a file and reads its beginning.
fn read(path: &std::ffi::CStr) -> Went {
    let fd = open(path, libc::O_RDONLY | libc::O_NONBLOCK)?;
    let mut buffer = [0u8; 4000];
    let got = sys::call(
        libc::SYS_read,
        &[fd, buffer.as_mut_ptr() as usize, buffer.len()],
    );
    let _ = sys::call(libc::SYS_close, &[fd]);
    Ok(String::from_utf8_lossy(&buffer[..got?]).into_owned())
}
