//! Cloning a directory tree: by shared blocks where the file system can, by copying otherwise.

use std::{
    fs::{self, File, OpenOptions},
    io,
    os::{
        fd::AsFd as _,
        unix::fs::{MetadataExt as _, OpenOptionsExt as _, symlink},
    },
    path::{Path, PathBuf},
};

use ds_core::{
    Hold,
    publish::{self, MOST_LEVELS, TooDeep},
};
use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, futimens, utimensat};

/// How many seconds old a change must be to be told from the next one by its time: file systems count in steps of
/// up to that.
const SETTLED: i64 = 2;

/// What a clone leaves free of a disk, in bytes: the host's own records must go on.
const LEAST_FREE: u64 = 64 << 20;

/// When a file was changed last, as the kernel noted it in the original: `ctime`, which no app can set. A clone is
/// a new file and has a `ctime` of its own, so it carries the original's in its `atime`, and tells the next clone
/// of the same file from this one without reading either. Whoever reads a clone with its `atime` kept up to date
/// takes that away, which costs time and no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Witness {
    pub(crate) seconds: i64,
    pub(crate) nanoseconds: i64,
}

impl Witness {
    /// What stands for no witness.
    const NONE: Self = Self {
        seconds: 0,
        nanoseconds: 0,
    };

    /// Of an original, when its clone was just made. One that was changed right before has none: the next change
    /// could bear the same time.
    fn take(original: &fs::Metadata, clone: &fs::Metadata) -> Self {
        if clone.ctime().saturating_sub(original.ctime()) <= SETTLED {
            return Self::NONE;
        }
        Self {
            seconds: original.ctime(),
            nanoseconds: original.ctime_nsec(),
        }
    }

    /// What a clone carries.
    pub(crate) fn of(clone: &fs::Metadata) -> Option<Self> {
        let carried = Self {
            seconds: clone.atime(),
            nanoseconds: clone.atime_nsec(),
        };
        (carried != Self::NONE).then_some(carried)
    }
}

/// The times of a clone: changed when its original was, and read when its witness says so.
fn times(original: &fs::Metadata, read: Option<Witness>) -> Timestamps {
    let changed = Timespec {
        tv_sec: original.mtime(),
        tv_nsec: original.mtime_nsec(),
    };
    Timestamps {
        last_access: read.map_or(changed, |witness| Timespec {
            tv_sec: witness.seconds,
            tv_nsec: witness.nanoseconds,
        }),
        last_modification: changed,
    }
}

/// What a clone took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cloned {
    /// Regular files.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Files whose blocks are shared with the original.
    pub shared: u64,
    /// Sockets, pipes and devices, which mean nothing without who made them: they were left out.
    pub skipped: u64,
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
    /// Directories below too many others.
    #[error("cannot clone an appspace's files")]
    TooDeep(#[source] TooDeep),
    /// The target exists.
    #[error("{} exists already", .0.display())]
    Exists(PathBuf),
}

/// Clones a directory of an appspace at rest to a new place and flushes it. Links are cloned as links and
/// never followed: app code can point them anywhere. Sockets, pipes and devices are left out and counted: an app
/// that makes one can still be copied. What an app closed to its owner is [opened](publish::read_dir). Of
/// permissions, that a file can be executed is kept; and when things were changed, so that the next snapshot need not
/// read what is as it was.
///
/// # Errors
/// If directories are deeper than [`MOST_LEVELS`], or anything cannot be cloned; `to` may then hold a part of it.
pub async fn clone_data(_at_rest: &Hold, from: PathBuf, to: PathBuf) -> Result<Cloned, CloneError> {
    let failed_at = from.clone();
    let work = move || {
        if to.symlink_metadata().is_ok() {
            return Err(CloneError::Exists(to));
        }
        let mut cloned = Cloned::default();
        clone_dir(&from, &to, MOST_LEVELS, &mut cloned)?;
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

fn clone_dir(from: &Path, to: &Path, levels: usize, cloned: &mut Cloned) -> Result<(), CloneError> {
    let failed = |source| CloneError::Io {
        path: from.to_owned(),
        source,
    };
    let original = from.symlink_metadata().map_err(failed)?;
    publish::create_private_dir(to).map_err(failed)?;
    let dir = to.to_owned();
    for entry in publish::read_dir(from).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type().map_err(failed)?;
        if kind.is_dir() {
            let Some(below) = levels.checked_sub(1) else {
                return Err(CloneError::TooDeep(TooDeep(from)));
            };
            clone_dir(&from, &to, below, cloned)?;
        } else if kind.is_file() {
            clone_file(&from, &to, cloned)
                .map_err(|source| CloneError::Io { path: from, source })?;
        } else if kind.is_symlink() {
            let link = fs::read_link(&from).and_then(|target| symlink(target, &to));
            let link = link.and_then(|()| {
                let times = times(&from.symlink_metadata()?, None);
                Ok(utimensat(CWD, &to, &times, AtFlags::SYMLINK_NOFOLLOW)?)
            });
            link.map_err(|source| CloneError::Io { path: from, source })?;
        } else {
            cloned.skipped += 1;
        }
    }
    utimensat(
        CWD,
        &dir,
        &times(&original, None),
        AtFlags::SYMLINK_NOFOLLOW,
    )
    .map_err(|error| failed(error.into()))
}

fn clone_file(from: &Path, to: &Path, cloned: &mut Cloned) -> io::Result<()> {
    let mut source = publish::open_file(from)?;
    let original = source.metadata()?;
    let is_program = original.mode() & 0o100 != 0;
    let mut target = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(if is_program { 0o700 } else { 0o600 })
        .open(to)?;
    if rustix::fs::ioctl_ficlone(&target, &source).is_ok() {
        cloned.shared += 1;
    } else {
        check_room(&target, original.len())?;
        // Uses copy_file_range where the kernel has it.
        io::copy(&mut source, &mut target)?;
    }
    let witness = Witness::take(&original, &target.metadata()?);
    futimens(target.as_fd(), &times(&original, Some(witness)))?;
    cloned.files += 1;
    cloned.bytes += size(&target)?;
    Ok(())
}

/// Refuses to fill the disk. Files may take more room as clones than they do: those with holes in them, and those
/// with many names.
fn check_room(target: &File, needed: u64) -> io::Result<()> {
    let disk = rustix::fs::fstatvfs(target)?;
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    let least = (disk.f_blocks.saturating_mul(disk.f_frsize) / 64).min(LEAST_FREE);
    if needed.saturating_add(least) > free {
        let said = format!("there is no room for {} MiB", needed >> 20);
        return Err(io::Error::new(io::ErrorKind::StorageFull, said));
    }
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
    async fn what_is_a_program_and_when_things_changed_is_kept() {
        use std::{
            os::unix::fs::PermissionsExt as _,
            time::{Duration, SystemTime},
        };

        let root = tempfile::tempdir().unwrap();
        let (from, to) = (root.path().join("from"), root.path().join("to"));
        fs::create_dir(&from).unwrap();
        let check = |name: &str, mode: u32, expect: u32| {
            fs::write(from.join(name), name).unwrap();
            fs::set_permissions(from.join(name), fs::Permissions::from_mode(mode)).unwrap();
            (name.to_owned(), expect)
        };
        let all = [
            check("plain", 0o644, 0o600),
            check("program", 0o755, 0o700),
            check("closed", 0o400, 0o600),
            check("root's", 0o4755, 0o700),
        ];
        let long_ago = SystemTime::UNIX_EPOCH + Duration::new(1_000_000, 123_456_789);
        let file = File::options().append(true).open(from.join("plain"));
        file.unwrap().set_modified(long_ago).unwrap();

        let hold = Gate::new(AppspaceId::new()).hold(Reason::Snapshot).await;
        clone_data(&hold, from.clone(), to.clone()).await.unwrap();
        for (name, expect) in all {
            let (original, clone) = (from.join(&name), to.join(&name));
            let (original, clone) = (original.metadata().unwrap(), clone.metadata().unwrap());
            assert_eq!(clone.mode() & 0o7777, expect, "{name}");
            assert_eq!(clone.modified().unwrap(), original.modified().unwrap());
            // It was changed this very moment, whatever its app says: the next change could bear the same time.
            assert_eq!(Witness::of(&clone), None, "{name}");
        }
        let dirs = [from.metadata().unwrap(), to.metadata().unwrap()];
        assert_eq!(dirs[0].modified().unwrap(), dirs[1].modified().unwrap());
    }

    #[tokio::test]
    async fn what_is_no_file_is_left_out() {
        let root = tempfile::tempdir().unwrap();
        let (from, to) = (root.path().join("from"), root.path().join("to"));
        fs::create_dir(&from).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(from.join("sock")).unwrap();
        let (kind, mode) = (rustix::fs::FileType::Fifo, rustix::fs::Mode::RWXU);
        rustix::fs::mknodat(rustix::fs::CWD, from.join("pipe"), kind, mode, 0).unwrap();
        fs::write(from.join("file"), "1").unwrap();

        let hold = Gate::new(AppspaceId::new()).hold(Reason::Snapshot).await;
        let cloned = clone_data(&hold, from, to.clone()).await.unwrap();
        assert_eq!((cloned.files, cloned.skipped), (1, 2));
        let names = fs::read_dir(&to).unwrap().map(|e| e.unwrap().file_name());
        assert_eq!(names.collect::<Vec<_>>(), ["file"]);
    }

    /// Not even its owner may read it: so an app could keep itself from being backed up and upgraded.
    #[tokio::test]
    async fn what_an_app_closed_is_cloned() {
        use std::os::unix::fs::PermissionsExt as _;

        let root = tempfile::tempdir().unwrap();
        let (from, to) = (root.path().join("from"), root.path().join("to"));
        fs::create_dir_all(from.join("a/b")).unwrap();
        fs::write(from.join("a/b/data"), "one").unwrap();
        for closed in ["a/b/data", "a/b", "a"] {
            let nothing = fs::Permissions::from_mode(0o000);
            fs::set_permissions(from.join(closed), nothing).unwrap();
        }
        let hold = Gate::new(AppspaceId::new()).hold(Reason::Snapshot).await;
        let cloned = clone_data(&hold, from.clone(), to.clone()).await.unwrap();
        assert_eq!((cloned.files, cloned.bytes), (1, 3));
        assert_eq!(fs::read_to_string(to.join("a/b/data")).unwrap(), "one");
        assert_eq!(from.join("a/b").metadata().unwrap().mode() & 0o777, 0o700);
    }

    #[tokio::test]
    async fn a_clone_does_not_fill_the_disk() {
        let root = tempfile::tempdir().unwrap();
        let (from, to) = (root.path().join("from"), root.path().join("to"));
        fs::create_dir(&from).unwrap();
        // It takes no room itself.
        let huge = File::create(from.join("huge")).unwrap();
        let disk = rustix::fs::fstatvfs(&huge).unwrap();
        huge.set_len(disk.f_bavail * disk.f_frsize).unwrap();
        let hold = Gate::new(AppspaceId::new()).hold(Reason::Snapshot).await;
        match clone_data(&hold, from, to).await {
            // Blocks are shared.
            Ok(cloned) => assert_eq!(cloned.shared, 1),
            Err(error) => assert!(
                matches!(&error, CloneError::Io { source, .. }
                    if source.kind() == io::ErrorKind::StorageFull),
                "{error:?}"
            ),
        }
    }

    #[tokio::test]
    async fn a_tree_too_deep_is_refused_by_name() {
        let root = tempfile::tempdir().unwrap();
        let from = root.path().join("from");
        let deepest = from.join(vec!["d"; MOST_LEVELS].join("/"));
        fs::create_dir_all(&deepest).unwrap();
        let hold = Gate::new(AppspaceId::new()).hold(Reason::Snapshot).await;
        let fits = clone_data(&hold, from.clone(), root.path().join("fits")).await;
        assert!(fits.is_ok(), "{fits:?}");

        fs::create_dir(deepest.join("below")).unwrap();
        let outcome = clone_data(&hold, from, root.path().join("to")).await;
        assert!(
            matches!(&outcome, Err(CloneError::TooDeep(deep)) if deep.0.ends_with("d/below")),
            "{outcome:?}"
        );
    }
}
