//! Cloning a directory tree: by shared blocks where the file system can, by copying otherwise.

use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::{OpenOptionsExt as _, symlink},
    path::{Path, PathBuf},
};

use ds_core::{Hold, publish};

/// What a clone took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cloned {
    /// Regular files.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Files whose blocks are shared with the original.
    pub shared: u64,
}

/// Why a tree was not cloned; what was cloned until then is still there.
#[derive(Debug, thiserror::Error)]
pub enum CloneError {
    /// A file or directory could not be read or written.
    #[error("cannot clone {}", .path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Something that is neither file, directory nor link: a socket, pipe or device.
    #[error("{} is neither a file, a directory nor a link, so it cannot be cloned", .0.display())]
    Special(PathBuf),
    /// The target exists.
    #[error("{} exists already", .0.display())]
    Exists(PathBuf),
}

/// Clones a directory of an appspace at rest to a new place and flushes it. Links are cloned as links and
/// never followed: app code can point them anywhere.
///
/// # Errors
/// If anything cannot be cloned; `to` may then hold a part of it.
pub async fn clone_data(_at_rest: &Hold, from: PathBuf, to: PathBuf) -> Result<Cloned, CloneError> {
    let failed_at = from.clone();
    let work = move || {
        if to.symlink_metadata().is_ok() {
            return Err(CloneError::Exists(to));
        }
        let mut cloned = Cloned::default();
        clone_dir(&from, &to, &mut cloned)?;
        publish::sync_tree(&to).map_err(|source| CloneError::Io { path: to, source })?;
        Ok(cloned)
    };
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(gone) => Err(CloneError::Io {
            path: failed_at,
            source: io::Error::other(gone),
        }),
    }
}

fn clone_dir(from: &Path, to: &Path, cloned: &mut Cloned) -> Result<(), CloneError> {
    let failed = |source| CloneError::Io {
        path: from.to_owned(),
        source,
    };
    publish::create_private_dir(to).map_err(failed)?;
    for entry in fs::read_dir(from).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type().map_err(failed)?;
        if kind.is_dir() {
            clone_dir(&from, &to, cloned)?;
        } else if kind.is_file() {
            clone_file(&from, &to, cloned)
                .map_err(|source| CloneError::Io { path: from, source })?;
        } else if kind.is_symlink() {
            let link = fs::read_link(&from).and_then(|target| symlink(target, &to));
            link.map_err(|source| CloneError::Io { path: from, source })?;
        } else {
            return Err(CloneError::Special(from));
        }
    }
    Ok(())
}

fn clone_file(from: &Path, to: &Path, cloned: &mut Cloned) -> io::Result<()> {
    // A name that became a link since it was listed is not followed.
    let no_follow = rustix::fs::OFlags::NOFOLLOW.bits().cast_signed();
    let mut source = OpenOptions::new()
        .read(true)
        .custom_flags(no_follow)
        .open(from)?;
    let mut target = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(to)?;
    if rustix::fs::ioctl_ficlone(&target, &source).is_ok() {
        cloned.shared += 1;
    } else {
        // Uses copy_file_range where the kernel has it.
        io::copy(&mut source, &mut target)?;
    }
    cloned.files += 1;
    cloned.bytes += size(&target)?;
    Ok(())
}

fn size(file: &File) -> io::Result<u64> {
    Ok(file.metadata()?.len())
}

#[cfg(test)]
mod tests {
    use ds_core::{AppspaceId, Gate, Reason};

    use super::*;

    #[tokio::test]
    async fn a_clone_is_equal_and_never_follows_links() {
        let root = tempfile::tempdir().unwrap();
        let (from, to) = (root.path().join("from"), root.path().join("to"));
        fs::create_dir_all(from.join("a/b")).unwrap();
        fs::write(from.join("a/b/data"), "one").unwrap();
        fs::write(from.join("empty"), "").unwrap();
        fs::write(root.path().join("secret"), "secret").unwrap();
        symlink("../secret", from.join("link")).unwrap();

        let hold = Gate::new(AppspaceId::new()).hold(Reason::Snapshot).await;
        let cloned = clone_data(&hold, from.clone(), to.clone()).await.unwrap();
        assert_eq!((cloned.files, cloned.bytes), (2, 3));
        assert_eq!(fs::read_to_string(to.join("a/b/data")).unwrap(), "one");
        assert_eq!(
            fs::read_link(to.join("link")).unwrap(),
            Path::new("../secret")
        );

        let again = clone_data(&hold, from, to).await;
        assert!(matches!(again, Err(CloneError::Exists(_))));
    }

    #[tokio::test]
    async fn sockets_are_refused_by_name() {
        let root = tempfile::tempdir().unwrap();
        let from = root.path().join("from");
        fs::create_dir(&from).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(from.join("sock")).unwrap();
        let hold = Gate::new(AppspaceId::new()).hold(Reason::Snapshot).await;
        let outcome = clone_data(&hold, from, root.path().join("to")).await;
        assert!(matches!(outcome, Err(CloneError::Special(path)) if path.ends_with("sock")));
    }
}
