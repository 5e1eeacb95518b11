//! Where the power may go: named points that tests end the process at, one after the other.
//!
//! In debug builds the environment variable `DS_FAULT` chooses what happens:
//!
//! | value | what happens |
//! |---|---|
//! | `<n>` | the process kills itself at the n-th point that it passes, counted from 1 |
//! | `trace:<file>` | the name of every point is appended to the file |
//! | `fail:<n>` | the n-th step that asks [`failure`] fails, instead of being done |
//! | `flushed:<file>` | what was [flushed and moved](moment) is appended to the file, with the time |
//!
//! `DS_FAULT_WITHOUT=<name>` does without something that the system has, to see what happens on one that has not
//! ([`without`]).
//!
//! The points are in the code, so tests that count them cover a new one without being told. Release builds have
//! nothing of this.

/// Marks a point between two steps that must survive a crash in between.
#[inline]
pub fn point(name: impl std::fmt::Display) {
    #[cfg(debug_assertions)]
    debug::point(&name.to_string());
    #[cfg(not(debug_assertions))]
    let _ = name;
}

/// Notes that something was flushed to disk or took a place, for tests that look at the order.
#[inline]
pub fn moment(what: &str, path: &std::path::Path) {
    #[cfg(debug_assertions)]
    debug::moment(what, path);
    #[cfg(not(debug_assertions))]
    let _ = (what, path);
}

/// Why the step of this name is to fail, if a test wants it to.
///
/// # Errors
/// If a test wants it to; never in release builds.
#[inline]
pub fn failure(name: impl std::fmt::Display) -> std::io::Result<()> {
    #[cfg(debug_assertions)]
    return debug::failure(&name.to_string());
    #[cfg(not(debug_assertions))]
    {
        let _ = name;
        Ok(())
    }
}

/// Whether a test wants to do without a thing of the system; never in release builds.
#[inline]
#[must_use]
pub fn without(name: &str) -> bool {
    #[cfg(debug_assertions)]
    return std::env::var_os("DS_FAULT_WITHOUT").is_some_and(|without| without == name);
    #[cfg(not(debug_assertions))]
    {
        let _ = name;
        false
    }
}

#[cfg(debug_assertions)]
mod debug {
    use std::{
        fs::OpenOptions,
        io::{self, Write as _},
        path::{Path, PathBuf},
        sync::{
            OnceLock,
            atomic::{AtomicU64, Ordering},
        },
    };

    use crate::{Clock as _, SystemClock};

    static PASSED: AtomicU64 = AtomicU64::new(0);
    static ASKED: AtomicU64 = AtomicU64::new(0);

    #[derive(Debug, PartialEq, Eq)]
    pub(super) enum Mode {
        Off,
        Kill(u64),
        Fail(u64),
        Trace(PathBuf),
        Flushed(PathBuf),
    }

    pub(super) fn read(text: &str) -> Mode {
        if let Some(file) = text.strip_prefix("trace:") {
            return Mode::Trace(file.into());
        }
        if let Some(file) = text.strip_prefix("flushed:") {
            return Mode::Flushed(file.into());
        }
        if let Some(number) = text.strip_prefix("fail:") {
            return number.parse().map_or(Mode::Off, Mode::Fail);
        }
        text.parse().map_or(Mode::Off, Mode::Kill)
    }

    fn mode() -> &'static Mode {
        static MODE: OnceLock<Mode> = OnceLock::new();
        MODE.get_or_init(|| read(&std::env::var("DS_FAULT").unwrap_or_default()))
    }

    pub(super) fn point(name: &str) {
        match mode() {
            Mode::Kill(at) if PASSED.fetch_add(1, Ordering::SeqCst) + 1 == *at => {
                let _ = rustix::process::kill_process(
                    rustix::process::getpid(),
                    rustix::process::Signal::KILL,
                );
                // The signal ends every thread, but not before it arrives.
                loop {
                    std::thread::park();
                }
            }
            Mode::Trace(file) => append(file, &format!("{name}\n")),
            _ => {}
        }
    }

    pub(super) fn moment(what: &str, path: &Path) {
        if let Mode::Flushed(file) = mode() {
            let now = SystemClock.now().0;
            append(file, &format!("{now} {what} {}\n", path.display()));
        }
    }

    /// A line that is missing shows in the test that reads them.
    fn append(file: &Path, line: &str) {
        let opened = OpenOptions::new().create(true).append(true).open(file);
        let _ = opened.and_then(|mut file| file.write_all(line.as_bytes()));
    }

    pub(super) fn failure(name: &str) -> io::Result<()> {
        match mode() {
            Mode::Fail(at) if ASKED.fetch_add(1, Ordering::SeqCst) + 1 == *at => {
                Err(io::Error::other(format!("{name} was made to fail")))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(all(test, debug_assertions))]
mod tests {
    use super::debug::{Mode, read};

    #[test]
    fn what_the_variable_says() {
        let check = |text: &str, expect: Mode| assert_eq!(read(text), expect, "{text:?}");
        check("", Mode::Off);
        check("7", Mode::Kill(7));
        check("fail:3", Mode::Fail(3));
        check("trace:/a b", Mode::Trace("/a b".into()));
        check("flushed:/a", Mode::Flushed("/a".into()));
        check("fail:", Mode::Off);
        check("often", Mode::Off);
    }
}
