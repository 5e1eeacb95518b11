//! The files of a control group, with errors that name them.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// The longest name of a group.
const LONGEST_NAME: usize = 128;

#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {}", .path.display())]
struct Failed {
    action: &'static str,
    path: PathBuf,
    source: io::Error,
}

/// The same error, with what was being done.
pub(super) fn failed(action: &'static str, path: &Path, source: io::Error) -> io::Error {
    io::Error::new(
        source.kind(),
        Failed {
            action,
            path: path.to_owned(),
            source,
        },
    )
}

pub(super) fn read(path: &Path) -> io::Result<String> {
    fs::read_to_string(path).map_err(|e| failed("read", path, e))
}

pub(super) fn write(path: &Path, text: &str) -> io::Result<()> {
    fs::write(path, text).map_err(|e| failed("write to", path, e))
}

pub(super) fn make_dir(path: &Path) -> io::Result<()> {
    fs::create_dir(path).map_err(|e| failed("make", path, e))
}

/// Refuses what is not one plain component of a path.
pub(super) fn plain_name(name: &str) -> io::Result<()> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    if !name.is_empty() && name.len() <= LONGEST_NAME && name.bytes().all(plain) {
        return Ok(());
    }
    Err(io::Error::new(
        io::ErrorKind::InvalidInput,
        format!("{name:?} is no name for a control group: use letters, digits, - and _"),
    ))
}
