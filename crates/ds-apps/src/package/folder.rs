//! Copying a folder, by the same rules as an archive.

use std::{fs, io, os::unix::ffi::OsStrExt as _, path::Path};

use rustix::fs::{Mode, OFlags};

use super::{
    PackageError,
    error::printable,
    tree::{FileError, Tree},
};

/// Copies a folder's files into `tree`. Names that start with `.` are left out: they are of tools, not of
/// the app.
pub(super) fn copy(folder: &Path, tree: &mut Tree<'_>) -> Result<(), PackageError> {
    copy_below(folder, "", tree)
}

fn copy_below(folder: &Path, prefix: &str, tree: &mut Tree<'_>) -> Result<(), PackageError> {
    let unreadable = |source| PackageError::Read {
        name: folder.join(prefix).display().to_string(),
        source,
    };
    let mut entries = fs::read_dir(folder.join(prefix))
        .and_then(Iterator::collect::<io::Result<Vec<_>>>)
        .map_err(unreadable)?;
    // The order on disk is chance; errors and warnings should not be.
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let base = entry.file_name();
        if base.as_bytes().starts_with(b".") {
            continue;
        }
        let name = join(prefix, base.as_bytes());
        let kind = entry.file_type().map_err(unreadable)?;
        if kind.is_dir() {
            tree.directory(&name)?;
            // It was checked to be UTF-8 just now.
            copy_below(folder, &String::from_utf8_lossy(&name), tree)?;
        } else if kind.is_file() {
            copy_file(&entry.path(), &name, tree)?;
        } else {
            return Err(PackageError::Kind {
                name: printable(&name),
                kind: if kind.is_symlink() {
                    "a symbolic link"
                } else {
                    "a device, pipe or socket"
                },
            });
        }
    }
    Ok(())
}

fn copy_file(path: &Path, name: &[u8], tree: &mut Tree<'_>) -> Result<(), PackageError> {
    let unreadable = |source| PackageError::Read {
        name: printable(name),
        source,
    };
    // The name may have become a link or pipe since it was listed.
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file =
        rustix::fs::open(path, flags, Mode::empty()).map_err(|error| unreadable(error.into()))?;
    let mut file = fs::File::from(file);
    let about = file.metadata().map_err(unreadable)?;
    if !about.is_file() {
        let name = printable(name);
        let kind = "not a file any more";
        return Err(PackageError::Kind { name, kind });
    }
    tree.file(name, about.len(), &mut file)
        .map_err(|error| match error {
            FileError::Content(source) => unreadable(source),
            FileError::Package(error) => error,
        })
}

fn join(prefix: &str, base: &[u8]) -> Vec<u8> {
    if prefix.is_empty() {
        base.to_vec()
    } else {
        [prefix.as_bytes(), b"/", base].concat()
    }
}
