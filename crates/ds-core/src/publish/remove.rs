//! Removing a tree that app code made: however deep, wide or closed to its owner it is.
//!
//! Whatever is found two levels down is moved up into the top directory before its parent is removed, so no
//! path gets longer, nothing calls itself and no descriptor is held per level. A crash leaves a tree that is
//! removed the same way the next time.

use std::{
    ffi::CStr,
    fs, io,
    os::fd::{AsFd, AsRawFd as _, BorrowedFd, OwnedFd},
    os::unix::fs::PermissionsExt as _,
    path::Path,
};

use rustix::{
    fs::{
        AtFlags, CWD, FileType, Mode, OFlags, RawDir, SeekFrom, openat, renameat, seek, unlinkat,
    },
    io::Errno,
    path::Arg,
};

use super::MOST_LEVELS;

/// How much of a directory is listed at a time, in bytes.
const CHUNK: usize = 16 * 1024;

/// Removes a directory and all in it, however deep or wide; one that is not there is fine. Links are removed,
/// never followed. Directories that their owner may not enter are opened up first. Nothing may write in
/// there meanwhile. If it was interrupted, do it again: it goes on.
///
/// # Errors
/// If something in it cannot be removed, or `path` is neither a directory nor a link.
pub fn remove_dir(path: &Path) -> io::Result<()> {
    match path.symlink_metadata() {
        Ok(found) if found.is_symlink() => return fs::remove_file(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        _ => {}
    }
    let mut names = Names::new()?;
    remove_emptied(CWD, path, |top| {
        clear(top, |name| remove_below(top, name, &mut names, MOST_LEVELS))
    })
}

/// Removes a directory after `empty` was called for it, as often as that finds something.
fn remove_emptied<P: Arg + Copy>(
    parent: BorrowedFd<'_>,
    name: P,
    mut empty: impl FnMut(&OwnedFd) -> io::Result<bool>,
) -> io::Result<()> {
    let Some(dir) = open(parent, name)? else {
        return Ok(());
    };
    loop {
        let found = empty(&dir)?;
        match unlinkat(parent, name, AtFlags::REMOVEDIR) {
            // A directory that changes while it is listed may keep something back.
            Err(Errno::NOTEMPTY | Errno::EXIST) if found => {}
            Ok(()) | Err(Errno::NOENT) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
}

/// Removes a directory below `top`; the directories in it are moved to `top`.
fn remove_below(top: &OwnedFd, name: &CStr, names: &mut Names, levels: usize) -> io::Result<()> {
    remove_emptied(top.as_fd(), name, |dir| {
        clear(dir, |child| lift(dir, child, top, names, levels))
    })
}

/// Moves a directory up into `top`.
fn lift(
    dir: &OwnedFd,
    child: &CStr,
    top: &OwnedFd,
    names: &mut Names,
    levels: usize,
) -> io::Result<()> {
    let mut was_opened = false;
    loop {
        match renameat(dir, child, top, names.next()) {
            Ok(()) | Err(Errno::NOENT) => return Ok(()),
            // The name is taken: the next one.
            Err(Errno::EXIST | Errno::NOTEMPTY | Errno::NOTDIR) => {}
            // Only who may write in a directory may move it.
            Err(Errno::ACCESS) if !was_opened => {
                open(dir.as_fd(), child)?;
                was_opened = true;
            }
            // Another file system or no room for names in `top`: where it is, then. App code cannot make
            // the former, and the latter ends with the first files that are removed.
            Err(Errno::XDEV | Errno::MLINK | Errno::NOSPC | Errno::DQUOT) if levels > 0 => {
                return remove_below(dir, child, names, levels - 1);
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Removes what is in a directory but directories, which are `subdir`'s. Says whether anything was in it.
fn clear(dir: &OwnedFd, mut subdir: impl FnMut(&CStr) -> io::Result<()>) -> io::Result<bool> {
    seek(dir, SeekFrom::Start(0))?;
    let mut buffer = Vec::with_capacity(CHUNK);
    let mut entries = RawDir::new(dir, buffer.spare_capacity_mut());
    let mut found = false;
    while let Some(entry) = entries.next() {
        let entry = entry?;
        let name = entry.file_name();
        if name == c"." || name == c".." {
            continue;
        }
        found = true;
        if entry.file_type() == FileType::Directory || !unlink(dir, name)? {
            subdir(name)?;
        }
    }
    Ok(found)
}

/// Removes a name, unless it is a directory's: not every file system says so in its listing.
fn unlink(dir: &OwnedFd, name: &CStr) -> io::Result<bool> {
    match unlinkat(dir, name, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => Ok(true),
        Err(Errno::ISDIR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Opens a directory, if it is there, and lets its owner read, change and enter it.
fn open<P: Arg + Copy>(parent: BorrowedFd<'_>, name: P) -> io::Result<Option<OwnedFd>> {
    let no_follow = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let open = |how: OFlags| openat(parent, name, how | no_follow, Mode::empty());
    let dir = match open(OFlags::RDONLY) {
        Err(Errno::NOENT) => return Ok(None),
        Err(Errno::ACCESS) => {
            // What is not readable can still be named, and no link can take the name's place.
            let closed = open(OFlags::PATH)?;
            let path = format!("/proc/self/fd/{}", closed.as_raw_fd());
            fs::set_permissions(path, fs::Permissions::from_mode(0o700))?;
            open(OFlags::RDONLY)?
        }
        other => other?,
    };
    let mode = Mode::from_raw_mode(rustix::fs::fstat(&dir)?.st_mode);
    if !mode.contains(Mode::RWXU) {
        // Somebody else's may still allow enough; if not, what comes next fails and says so.
        let _ = rustix::fs::fchmod(&dir, Mode::RWXU);
    }
    Ok(Some(dir))
}

/// Names that nobody has used yet, most likely.
struct Names(u64);

impl Names {
    fn new() -> io::Result<Self> {
        let mut start = [0; 8];
        getrandom::fill(&mut start).map_err(io::Error::other)?;
        Ok(Self(u64::from_ne_bytes(start)))
    }

    fn next(&mut self) -> String {
        self.0 = self.0.wrapping_add(1);
        format!("{:016x}", self.0)
    }
}
