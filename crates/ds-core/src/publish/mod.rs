//! Publishing directories so that a power cut leaves the old or the new, never half of either.

mod closed;
mod exchange;
mod new_file;
mod remove;

use std::{
    fs::{self, DirBuilder, File},
    io,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
};

use rustix::{
    fs::{CWD, RenameFlags, renameat_with},
    io::Errno,
};

use crate::fault;

pub use self::{
    closed::{open_file, read_dir},
    exchange::{DirId, exchange, settle},
    new_file::NewFile,
    remove::remove_dir,
};

/// How deep a tree may be that is flushed or cloned. App code can make directories tens of thousands deep; nobody
/// needs a hundred.
pub const MOST_LEVELS: usize = 128;

/// A tree has directories below more than [`MOST_LEVELS`] others. [`sync_tree`]'s errors carry it.
#[derive(Debug, thiserror::Error)]
#[error(
    "{} is below more than {MOST_LEVELS} directories: move what is in it up or remove it, and try again",
    .0.display()
)]
pub struct TooDeep(pub PathBuf);

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
    move_dir(from, to)
}

/// Moves a directory, as it is on disk, to where nothing is.
///
/// # Errors
/// If it cannot be renamed, or `to` exists; `from` is then where it was.
pub fn move_dir(from: &Path, to: &Path) -> io::Result<()> {
    let parent = to
        .parent()
        .ok_or_else(|| io::Error::other("cannot publish at the root"))?;
    create_private_dir(parent)?;
    fault::point("move a directory: before");
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        // What file systems say that know no flags.
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => rename_to_nothing(from, to)?,
        renamed => renamed?,
    }
    fault::moment("from", from);
    fault::moment("moved", to);
    fault::point("move a directory: renamed");
    sync_dir(parent)?;
    from.parent().map_or(Ok(()), sync_dir)
}

/// Nobody else makes anything there: the data directory is one host's.
fn rename_to_nothing(from: &Path, to: &Path) -> io::Result<()> {
    match to.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => fs::rename(from, to),
        Err(error) => Err(error),
        Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
    }
}

/// How much room there is for more files where `path` is, in bytes.
///
/// # Errors
/// If that cannot be asked.
pub fn free_space(path: &Path) -> io::Result<u64> {
    let found = rustix::fs::statvfs(path)?;
    Ok(found.f_bavail.saturating_mul(found.f_frsize))
}

/// Flushes a directory's entries: names created, renamed or removed in it.
///
/// # Errors
/// If it cannot be opened or flushed.
pub fn sync_dir(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()?;
    fault::moment("flushed", path);
    Ok(())
}

/// Flushes every file and directory below `path`, also those that app code [closed](read_dir) to their owner. Links
/// are not followed.
///
/// # Errors
/// If anything cannot be opened or flushed, or is deeper than [`MOST_LEVELS`]: then it is a [`TooDeep`].
pub fn sync_tree(path: &Path) -> io::Result<()> {
    sync_levels(path, MOST_LEVELS)
}

fn sync_levels(path: &Path, levels: usize) -> io::Result<()> {
    for entry in read_dir(path)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            let below = levels
                .checked_sub(1)
                .ok_or_else(|| io::Error::other(TooDeep(entry.path())))?;
            sync_levels(&entry.path(), below)?;
        } else if kind.is_file() {
            open_file(&entry.path())?.sync_all()?;
            fault::moment("flushed", &entry.path());
        }
    }
    sync_dir(path)
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
        // Nor where the file system cannot see to it, an empty directory included.
        fs::create_dir(root.path().join("empty")).unwrap();
        assert!(rename_to_nothing(&from, &root.path().join("empty")).is_err());
        assert!(from.exists());
        remove_dir(&from).unwrap();
        remove_dir(&from).unwrap();
    }

    #[test]
    fn flushing_ends_where_trees_are_too_deep() {
        let root = tempfile::tempdir().unwrap();
        let deepest = root.path().join(vec!["d"; MOST_LEVELS].join("/"));
        fs::create_dir_all(&deepest).unwrap();
        sync_tree(root.path()).unwrap();

        fs::create_dir(deepest.join("below")).unwrap();
        let refused = sync_tree(root.path()).unwrap_err();
        let too_deep = refused.get_ref().and_then(|e| e.downcast_ref::<TooDeep>());
        assert!(too_deep.unwrap().0.ends_with("d/below"));
    }
}
