//! What need not be cloned for a snapshot, because the latest one has it already: of a large appspace, almost all.

use std::{
    collections::HashMap,
    ffi::OsString,
    fs::Metadata,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use super::Witness;

/// How many files are looked up at most; with more, all are cloned. Each takes some 200 bytes of memory.
const MOST_FILES: usize = 200_000;

/// How a file looks without reading it. A file that looks the same twice is the same: see [`Witness`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Look {
    pub(crate) size: u64,
    /// When it was changed, by itself; in nanoseconds.
    pub(crate) mtime: i128,
    /// Its witness, in nanoseconds.
    pub(crate) witness: i128,
}

impl Look {
    fn of(original: &Metadata) -> Self {
        let witness = Witness::now(original);
        Self {
            size: original.len(),
            mtime: nanoseconds(original.mtime(), original.mtime_nsec()),
            witness: nanoseconds(witness.seconds, witness.nanoseconds),
        }
    }
}

fn nanoseconds(seconds: i64, more: i64) -> i128 {
    i128::from(seconds) * 1_000_000_000 + i128::from(more)
}

/// How the files of an appspace looked when its latest snapshot was taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LatestFiles(HashMap<PathBuf, Look>);

impl LatestFiles {
    /// Adds the file at a path below the data. Says whether there is room for more.
    pub(crate) fn add(&mut self, path: PathBuf, look: Look) -> bool {
        self.0.insert(path, look);
        self.0.len() < MOST_FILES
    }

    /// Keeps those that looked the same at another place.
    pub fn keep_common(&mut self, other: &Self) {
        self.0.retain(|path, look| other.0.get(path) == Some(look));
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The file, if it looks as it did.
    pub(super) fn left(&self, path: &Path, original: &Metadata) -> Option<LeftFile> {
        let look = self.0.get(path)?;
        (*look == Look::of(original)).then(|| LeftFile {
            name: path.file_name().unwrap_or_default().to_owned(),
            look: *look,
            is_program: original.mode() & 0o100 != 0,
        })
    }
}

/// A file that a clone does not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LeftFile {
    pub(crate) name: OsString,
    pub(crate) look: Look,
    pub(crate) is_program: bool,
}

/// The files that a clone does not have, because the latest snapshot has them.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// By the directory they are in, below the data.
    dirs: HashMap<PathBuf, Vec<LeftFile>>,
}

impl LeftOut {
    pub(super) fn add(&mut self, path: &Path, file: LeftFile) {
        let dir = path.parent().unwrap_or(Path::new("")).to_owned();
        self.dirs.entry(dir).or_default().push(file);
    }

    /// Those of a directory below the data.
    pub(crate) fn of(&self, dir: &Path) -> &[LeftFile] {
        self.dirs.get(dir).map_or(&[], Vec::as_slice)
    }

    /// Whether the clone has everything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.dirs.is_empty()
    }
}
