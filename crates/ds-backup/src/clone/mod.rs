//! Cloning a directory tree: by shared blocks where the file system can, by copying otherwise.
//!
//! Nothing is flushed: a clone that the power takes is made anew. Who lets one take the place of the data flushes it
//! before.

mod copy;
mod left_out;
#[cfg(test)]
mod tests;
mod tree;
mod witness;

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use ds_core::{
    Hold,
    publish::{MOST_LEVELS, TooDeep},
};

pub use left_out::{LatestFiles, LeftOut};
pub(crate) use left_out::{LeftFile, Look};
pub(crate) use witness::Witness;

use crate::Progress;
use tree::Cloning;

/// What a clone took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cloned {
    /// Regular files.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Files that were not copied: their blocks are shared with the original, they were moved from an earlier clone,
    /// or left out.
    pub shared: u64,
    /// Sockets, pipes and devices, which mean nothing without who made them: they were left out.
    pub skipped: u64,
}

/// A clone that was made of an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClonedAgain {
    /// What it took.
    pub cloned: Cloned,
    /// Whether nothing had changed since the earlier one. It may say no where nothing did.
    pub is_same: bool,
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
    /// Somebody asked for it to end.
    #[error("it was cancelled")]
    Cancelled,
}

impl CloneError {
    fn io(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        Self::Io { path, source }
    }

    /// Whether the disk is too full for it.
    #[must_use]
    pub fn is_no_room(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == io::ErrorKind::StorageFull)
    }
}

/// Why one file was not cloned.
#[derive(Debug)]
enum Stop {
    Io(io::Error),
    Cancelled,
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Stop {
    fn at(self, path: &Path) -> CloneError {
        match self {
            Self::Io(source) => CloneError::io(path, source),
            Self::Cancelled => CloneError::Cancelled,
        }
    }
}

/// Clones a directory of an appspace at rest to a new place. Links are cloned as links and never followed: app code
/// can point them anywhere. Sockets, pipes and devices are left out and counted: an app that makes one can still be
/// copied. What an app closed to its owner is [opened](ds_core::publish::read_dir). Of permissions, that a file can
/// be executed is kept; and when things were changed, so that the next snapshot need not read what is as it was.
/// Holes in files stay holes.
///
/// # Errors
/// If directories are deeper than [`MOST_LEVELS`], anything cannot be cloned, or it was given up; `to` may then hold
/// a part of it.
pub async fn clone_data(
    _at_rest: &Hold,
    from: PathBuf,
    to: PathBuf,
    progress: Arc<dyn Progress>,
) -> Result<Cloned, CloneError> {
    let done = blocking(from, to, Before::Nothing, progress).await?;
    Ok(done.again.cloned)
}

/// Clones a directory as [`clone_data`] does, for a snapshot alone: files that look as they did in the latest one are
/// left out, so that it takes as long as the changes do.
///
/// # Errors
/// As [`clone_data`].
pub async fn clone_changed(
    _at_rest: &Hold,
    from: PathBuf,
    to: PathBuf,
    latest: Arc<LatestFiles>,
    progress: Arc<dyn Progress>,
) -> Result<(Cloned, LeftOut), CloneError> {
    let done = blocking(from, to, Before::Latest(latest), progress).await?;
    Ok((done.again.cloned, done.left_out))
}

/// Clones a directory as [`clone_data`] does, when an earlier clone of it is there: what did not change since is moved
/// from there and not read, so that it takes as long as the changes do. The earlier clone is of no use afterwards.
///
/// # Errors
/// As [`clone_data`].
pub async fn clone_again(
    _at_rest: &Hold,
    from: PathBuf,
    to: PathBuf,
    earlier: PathBuf,
    progress: Arc<dyn Progress>,
) -> Result<ClonedAgain, CloneError> {
    let done = blocking(from, to, Before::Clone(earlier), progress).await?;
    Ok(done.again)
}

/// What there was before.
enum Before {
    Nothing,
    /// An earlier clone.
    Clone(PathBuf),
    /// A snapshot.
    Latest(Arc<LatestFiles>),
}

struct Done {
    again: ClonedAgain,
    left_out: LeftOut,
}

async fn blocking(
    from: PathBuf,
    to: PathBuf,
    before: Before,
    progress: Arc<dyn Progress>,
) -> Result<Done, CloneError> {
    let failed_at = from.clone();
    let work = move || {
        if to.symlink_metadata().is_ok() {
            return Err(CloneError::Exists(to));
        }
        let (earlier, latest) = match &before {
            Before::Nothing => (None, None),
            Before::Clone(earlier) => (Some(earlier.as_path()), None),
            Before::Latest(latest) => (None, Some(&**latest)),
        };
        let mut cloning = Cloning {
            root: &from,
            cloned: Cloned::default(),
            is_same: true,
            latest,
            left_out: LeftOut::default(),
            progress: &*progress,
        };
        cloning.dir(&from, &to, earlier, MOST_LEVELS)?;
        let again = ClonedAgain {
            cloned: cloning.cloned,
            is_same: cloning.is_same,
        };
        let left_out = cloning.left_out;
        Ok(Done { again, left_out })
    };
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(gone) => Err(CloneError::io(&failed_at, io::Error::other(gone))),
    }
}
