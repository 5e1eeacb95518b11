//! Two directories change places.

use std::{
    ffi::OsString,
    fs, io,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use rustix::{
    fs::{CWD, RenameFlags, renameat_with},
    io::Errno,
};
use serde::{Deserialize, Serialize};

use super::sync_dir;
use crate::fault;

/// Which directory of its file system: it stays the same wherever the directory is moved. Without the file
/// system's own number, which may be another after the next start of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DirId(u64);

impl DirId {
    /// That of the directory at a path; `None` if there is none. Links are not followed.
    ///
    /// # Errors
    /// If it cannot be looked at.
    pub fn of(path: &Path) -> io::Result<Option<Self>> {
        match path.symlink_metadata() {
            Ok(found) if found.is_dir() => Ok(Some(Self(found.ino()))),
            Ok(_) => Ok(None),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Lets two directories change places: afterwards `new` is what `old` was. Where the file system cannot do that
/// in one go it is two renames, and a crash between them is undone by [`settle`].
///
/// # Errors
/// If they cannot be renamed or their parents flushed. After an error, [`settle`] and then look which is where.
pub fn exchange(old: &Path, new: &Path) -> io::Result<()> {
    fault::point("exchange: before");
    match at_once(old, new) {
        Ok(()) => {}
        // What file systems say that know no flags.
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => in_two_steps(old, new)?,
        Err(error) => return Err(error.into()),
    }
    fault::moment("from", new);
    fault::moment("exchanged", old);
    fault::point("exchange: renamed");
    sync_parent(old)?;
    sync_parent(new)
}

/// Undoes an [`exchange`] in two steps that ended between them. Any other state is left as it is.
///
/// # Errors
/// If what was set aside cannot be put back.
pub fn settle(old: &Path, new: &Path) -> io::Result<()> {
    let aside = aside(new);
    if DirId::of(&aside)?.is_none() {
        return Ok(());
    }
    if DirId::of(old)?.is_none() {
        fs::rename(&aside, old)?;
    } else {
        fs::rename(&aside, new)?;
    }
    sync_parent(old)?;
    sync_parent(new)
}

fn at_once(old: &Path, new: &Path) -> Result<(), Errno> {
    if fault::without("exchange") {
        return Err(Errno::NOSYS);
    }
    renameat_with(CWD, old, CWD, new, RenameFlags::EXCHANGE)
}

fn in_two_steps(old: &Path, new: &Path) -> io::Result<()> {
    let aside = aside(new);
    fs::rename(old, &aside)?;
    // On disk first: whoever finds the place empty finds what was there.
    sync_parent(&aside)?;
    sync_parent(old)?;
    fault::point("exchange: set aside");
    if let Err(error) = fs::rename(new, old) {
        fs::rename(&aside, old)?;
        return Err(error);
    }
    sync_parent(old)?;
    fault::point("exchange: in place");
    fs::rename(&aside, new)
}

/// Where the old directory is between two renames.
fn aside(new: &Path) -> PathBuf {
    let mut name = new.file_name().map_or_else(OsString::new, OsString::from);
    name.push(".aside");
    new.with_file_name(name)
}

fn sync_parent(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), sync_dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two(root: &Path) -> (PathBuf, PathBuf) {
        let (old, new) = (root.join("live"), root.join("staging/data"));
        for (dir, says) in [(&old, "old"), (&new, "new")] {
            fs::create_dir_all(dir).unwrap();
            fs::write(dir.join("it"), says).unwrap();
        }
        (old, new)
    }

    fn says(dir: &Path) -> String {
        fs::read_to_string(dir.join("it")).unwrap()
    }

    #[test]
    fn both_ways_change_places() {
        for way in [exchange, in_two_steps] {
            let root = tempfile::tempdir().unwrap();
            let (old, new) = two(root.path());
            let id = DirId::of(&new).unwrap().unwrap();
            way(&old, &new).unwrap();
            assert_eq!((says(&old), says(&new)), ("new".into(), "old".into()));
            assert_eq!(DirId::of(&old).unwrap(), Some(id));
            assert_ne!(DirId::of(&new).unwrap(), Some(id));
            assert!(DirId::of(&aside(&new)).unwrap().is_none());
        }
    }

    #[test]
    fn what_was_interrupted_is_settled() {
        let root = tempfile::tempdir().unwrap();
        let (old, new) = two(root.path());
        settle(&old, &new).unwrap();
        assert_eq!((says(&old), says(&new)), ("old".into(), "new".into()));

        fs::rename(&old, aside(&new)).unwrap();
        settle(&old, &new).unwrap();
        assert_eq!((says(&old), says(&new)), ("old".into(), "new".into()));

        fs::rename(&old, aside(&new)).unwrap();
        fs::rename(&new, &old).unwrap();
        settle(&old, &new).unwrap();
        assert_eq!((says(&old), says(&new)), ("new".into(), "old".into()));
    }

    #[test]
    fn what_is_missing_is_an_error_and_changes_nothing() {
        let root = tempfile::tempdir().unwrap();
        let (old, new) = two(root.path());
        fs::remove_dir_all(&new).unwrap();
        for way in [exchange, in_two_steps] {
            assert!(way(&old, &new).is_err());
            assert_eq!(says(&old), "old");
        }
    }
}
