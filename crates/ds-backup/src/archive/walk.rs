//! Going through a directory tree, which an app may have filled, without ever following a link.

use std::{
    ffi::{CStr, CString},
    os::fd::{AsFd as _, BorrowedFd, OwnedFd},
    path::Path,
};

use ds_core::publish::MOST_LEVELS;
use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, Stat, openat, statat};

use super::{ArchiveError, error::printable};

const OPEN_DIRECTORY: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);

/// Something in the tree.
pub(super) struct Found<'a> {
    /// The directory it is in.
    pub(super) parent: BorrowedFd<'a>,
    /// Its name in there.
    pub(super) base: &'a CStr,
    /// Its name in the archive.
    pub(super) name: &'a [u8],
    pub(super) stat: Stat,
}

impl Found<'_> {
    pub(super) fn file_type(&self) -> FileType {
        FileType::from_raw_mode(self.stat.st_mode)
    }
}

type Visit<'v> = dyn FnMut(&Found<'_>) -> Result<(), ArchiveError> + 'v;

/// Visits a directory, which is called `name`, and everything below it: a directory before what is in it; in a
/// directory first what is none, then directories, each by name.
pub(super) fn walk(root: &Path, name: &str, visit: &mut Visit<'_>) -> Result<(), ArchiveError> {
    let mut path = name.as_bytes().to_vec();
    let failed = |source| ArchiveError::read_file(name.as_bytes(), source);
    let dir = openat(CWD, root, OPEN_DIRECTORY, Mode::empty()).map_err(failed)?;
    visit(&Found {
        parent: dir.as_fd(),
        base: c".",
        name: &path,
        stat: rustix::fs::fstat(&dir).map_err(failed)?,
    })?;
    inside(&dir, &mut path, MOST_LEVELS, visit)
}

fn inside(
    dir: &OwnedFd,
    path: &mut Vec<u8>,
    levels: usize,
    visit: &mut Visit<'_>,
) -> Result<(), ArchiveError> {
    let (others, directories) = list(dir, path)?;
    for base in others {
        below(&base, path, |path| visit_one(dir, &base, path, visit))?;
    }
    for base in directories {
        below(&base, path, |path| {
            visit_one(dir, &base, path, visit)?;
            let levels = levels.checked_sub(1).ok_or_else(|| ArchiveError::Unfit {
                name: printable(path),
                problem: "is below too many directories",
            })?;
            let dir = openat(dir, &base, OPEN_DIRECTORY, Mode::empty())
                .map_err(|source| ArchiveError::read_file(path, source))?;
            inside(&dir, path, levels, visit)
        })?;
    }
    Ok(())
}

/// With the path one name longer.
fn below(
    base: &CStr,
    path: &mut Vec<u8>,
    act: impl FnOnce(&mut Vec<u8>) -> Result<(), ArchiveError>,
) -> Result<(), ArchiveError> {
    let length = path.len();
    path.push(b'/');
    path.extend(base.to_bytes());
    let outcome = act(path);
    path.truncate(length);
    outcome
}

fn visit_one(
    dir: &OwnedFd,
    base: &CStr,
    path: &[u8],
    visit: &mut Visit<'_>,
) -> Result<(), ArchiveError> {
    let stat = statat(dir, base, AtFlags::SYMLINK_NOFOLLOW)
        .map_err(|source| ArchiveError::read_file(path, source))?;
    visit(&Found {
        parent: dir.as_fd(),
        base,
        name: path,
        stat,
    })
}

/// The names in a directory: of what is no directory, and of directories.
fn list(dir: &OwnedFd, path: &[u8]) -> Result<(Vec<CString>, Vec<CString>), ArchiveError> {
    let failed = |source| ArchiveError::read_file(path, source);
    let (mut others, mut directories) = (Vec::new(), Vec::new());
    for entry in Dir::read_from(dir).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        if name == c"." || name == c".." {
            continue;
        }
        let kind = match entry.file_type() {
            // Not every file system says so in its listing.
            FileType::Unknown => {
                let stat = statat(dir, name, AtFlags::SYMLINK_NOFOLLOW).map_err(failed)?;
                FileType::from_raw_mode(stat.st_mode)
            }
            kind => kind,
        };
        if kind == FileType::Directory {
            directories.push(name.to_owned());
        } else {
            others.push(name.to_owned());
        }
    }
    others.sort_unstable();
    directories.sort_unstable();
    Ok((others, directories))
}
