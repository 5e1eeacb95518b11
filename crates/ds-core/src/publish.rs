//! Publishing directories so that a power cut leaves the old or the new, never half of either.

use std::{
    fs::{self, DirBuilder, File},
    io,
    os::unix::fs::DirBuilderExt as _,
    path::Path,
};

/// Creates a directory and its parents, readable by the present user only. An existing one is fine.
///
/// # Errors
/// If it cannot be created.
pub fn create_private_dir(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Moves a finished directory to where it belongs: everything in it is on disk before its name is.
///
/// # Errors
/// If anything cannot be flushed or renamed, or `to` exists; `from` is then where it was.
pub fn publish_dir(from: &Path, to: &Path) -> io::Result<()> {
    sync_tree(from)?;
    let parent = to
        .parent()
        .ok_or_else(|| io::Error::other("cannot publish at the root"))?;
    create_private_dir(parent)?;
    rustix::fs::renameat_with(
        rustix::fs::CWD,
        from,
        rustix::fs::CWD,
        to,
        rustix::fs::RenameFlags::NOREPLACE,
    )?;
    sync_dir(parent)
}

/// Flushes a directory's entries: names created, renamed or removed in it.
///
/// # Errors
/// If it cannot be opened or flushed.
pub fn sync_dir(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Flushes every file and directory below `path`. Links are not followed.
///
/// # Errors
/// If anything cannot be opened or flushed.
pub fn sync_tree(path: &Path) -> io::Result<()> {
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            sync_tree(&entry.path())?;
        } else if kind.is_file() {
            File::open(entry.path())?.sync_all()?;
        }
    }
    sync_dir(path)
}

/// Removes a directory and all in it; one that is not there is fine.
///
/// # Errors
/// If something in it cannot be removed.
pub fn remove_dir(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn publishing_never_replaces() {
        let root = tempfile::tempdir().unwrap();
        let (from, to) = (root.path().join("new"), root.path().join("a/b"));
        fs::create_dir_all(from.join("x")).unwrap();
        fs::write(from.join("x/y"), "1").unwrap();
        publish_dir(&from, &to).unwrap();
        assert_eq!(fs::read_to_string(to.join("x/y")).unwrap(), "1");

        fs::create_dir_all(&from).unwrap();
        assert!(publish_dir(&from, &to).is_err());
        assert!(from.exists());
        remove_dir(&from).unwrap();
        remove_dir(&from).unwrap();
    }
}
