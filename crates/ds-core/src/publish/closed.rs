//! Reading what app code made and may have closed to its own owner. Nothing may write in there meanwhile.

use std::{
    fs::{self, File, OpenOptions, Permissions},
    io,
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::Path,
};

use rustix::fs::OFlags;

/// Lists a directory, after its owner was let in if it was not: an app that takes that right away must not keep
/// its own data from being copied.
///
/// # Errors
/// If it cannot be listed.
pub fn read_dir(dir: &Path) -> io::Result<fs::ReadDir> {
    let found = dir.symlink_metadata()?;
    if found.is_dir() {
        allow(dir, &found, 0o700);
    }
    fs::read_dir(dir)
}

/// Opens a file for reading, after its owner was allowed to if that was needed. Links are not followed.
///
/// # Errors
/// If it cannot be opened.
pub fn open_file(path: &Path) -> io::Result<File> {
    let open = || {
        OpenOptions::new()
            .read(true)
            .custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed())
            .open(path)
    };
    match open() {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            let found = path.symlink_metadata()?;
            if found.is_file() {
                allow(path, &found, 0o600);
            }
            open()
        }
        opened => opened,
    }
}

/// Somebody else's may allow enough; if not, what comes next fails and says so.
fn allow(path: &Path, found: &fs::Metadata, least: u32) {
    let mode = found.permissions().mode() & 0o7777;
    if mode & least != least {
        let _ = fs::set_permissions(path, Permissions::from_mode(mode | least));
    }
}
