//! Making files out of what an archive says, in a directory that nobody else knows.
//!
//! Directories are kept open from the top to where the work is, and everything is made relative to them. So no
//! link of an archive is ever followed, whatever it points to and whatever comes after it.

use std::{
    ffi::CString,
    fs::File,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    path::Path,
};

use rustix::{
    fs::{AtFlags, CWD, Mode, OFlags, Timespec, Timestamps, UTIME_OMIT, futimens, mkdirat, openat},
    io::Errno,
};

use super::{ArchiveError, error::printable, header::Modified};

const OPEN_DIRECTORY: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);

/// The directory that is filled.
pub(super) struct Tree {
    root: OwnedFd,
    /// From the top to where the work is.
    open: Vec<Open>,
}

struct Open {
    name: Vec<u8>,
    dir: OwnedFd,
    /// What it gets when everything in it is there.
    modified: Option<Modified>,
}

impl Tree {
    pub(super) fn new(root: &Path) -> Result<Self, ArchiveError> {
        let opened = openat(CWD, root, OPEN_DIRECTORY, Mode::empty());
        let root = opened.map_err(|source| ArchiveError::WriteFile {
            name: root.display().to_string(),
            source: source.into(),
        })?;
        Ok(Self {
            root,
            open: Vec::new(),
        })
    }

    pub(super) fn root(&self) -> BorrowedFd<'_> {
        self.root.as_fd()
    }

    /// A new file, in a directory that was made before.
    pub(super) fn file(&mut self, path: &[u8], executable: bool) -> Result<File, ArchiveError> {
        let base = self.enter(path)?;
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mode = Mode::from_raw_mode(if executable { 0o700 } else { 0o600 });
        let file = openat(self.here(), &*base, flags, mode);
        file.map(File::from).map_err(|error| failed(path, error))
    }

    /// A new directory, in one that was made before. The next entries are in it, or it is done with.
    pub(super) fn directory(
        &mut self,
        path: &[u8],
        modified: Option<Modified>,
    ) -> Result<(), ArchiveError> {
        let base = self.enter(path)?;
        mkdirat(self.here(), &*base, Mode::RWXU).map_err(|error| failed(path, error))?;
        self.push(path, &base, modified)
    }

    /// A new link, in a directory that was made before.
    pub(super) fn link(
        &mut self,
        path: &[u8],
        target: &[u8],
        modified: Modified,
    ) -> Result<(), ArchiveError> {
        let base = self.enter(path)?;
        rustix::fs::symlinkat(target, self.here(), &*base).map_err(|error| failed(path, error))?;
        let flags = AtFlags::SYMLINK_NOFOLLOW;
        rustix::fs::utimensat(self.here(), &*base, &times(modified), flags)
            .map_err(|error| failed(path, error))
    }

    /// Makes the directories on the way to `path` that are not there.
    pub(super) fn make_way(&mut self, path: &[u8]) -> Result<(), ArchiveError> {
        let ends = path.iter().enumerate().filter(|(_, byte)| **byte == b'/');
        let parents: Vec<&[u8]> = ends.map(|(end, _)| &path[..end]).collect();
        for parent in parents {
            let base = self.enter(parent)?;
            match mkdirat(self.here(), &*base, Mode::RWXU) {
                Ok(()) | Err(Errno::EXIST) => self.push(parent, &base, None)?,
                Err(error) => return Err(failed(parent, error)),
            }
        }
        Ok(())
    }

    /// Everything is there.
    pub(super) fn finish(mut self) -> Result<(), ArchiveError> {
        self.leave(0)
    }

    fn here(&self) -> BorrowedFd<'_> {
        let last = self.open.last().map(|open| &open.dir);
        last.unwrap_or(&self.root).as_fd()
    }

    /// Goes to the directory that `path` is in; gives the name in there.
    fn enter(&mut self, path: &[u8]) -> Result<CString, ArchiveError> {
        let parts: Vec<&[u8]> = path.split(|&byte| byte == b'/').collect();
        let (base, parents) = parts.split_last().unwrap_or((&path, &[]));
        let same = self.open.iter().zip(parents);
        let same = same.take_while(|(open, part)| open.name == **part).count();
        if same < parents.len() {
            return Err(ArchiveError::foreign(
                path,
                "is not in a directory before it",
            ));
        }
        self.leave(same)?;
        CString::new(*base).map_err(|_| ArchiveError::foreign(path, "has a name that no file has"))
    }

    fn push(
        &mut self,
        path: &[u8],
        base: &CString,
        modified: Option<Modified>,
    ) -> Result<(), ArchiveError> {
        let dir = openat(self.here(), &**base, OPEN_DIRECTORY, Mode::empty())
            .map_err(|error| failed(path, error))?;
        self.open.push(Open {
            name: base.as_bytes().to_vec(),
            dir,
            modified,
        });
        Ok(())
    }

    /// Goes up to so many directories below the top.
    fn leave(&mut self, levels: usize) -> Result<(), ArchiveError> {
        while self.open.len() > levels
            && let Some(open) = self.open.pop()
        {
            if let Some(modified) = open.modified {
                set_modified(&open.name, &open.dir, modified)?;
            }
        }
        Ok(())
    }
}

/// Sets when something was changed.
pub(super) fn set_modified(
    name: &[u8],
    what: impl AsFd,
    modified: Modified,
) -> Result<(), ArchiveError> {
    futimens(what, &times(modified)).map_err(|source| ArchiveError::write_file(name, source))
}

fn times(modified: Modified) -> Timestamps {
    Timestamps {
        last_access: Timespec {
            tv_sec: 0,
            tv_nsec: UTIME_OMIT,
        },
        last_modification: Timespec {
            tv_sec: modified.seconds,
            tv_nsec: modified.nanos.into(),
        },
    }
}

fn failed(path: &[u8], error: Errno) -> ArchiveError {
    match error {
        Errno::EXIST | Errno::NOTDIR | Errno::ISDIR | Errno::LOOP => ArchiveError::Duplicate {
            name: printable(path),
        },
        error => ArchiveError::write_file(path, error),
    }
}
