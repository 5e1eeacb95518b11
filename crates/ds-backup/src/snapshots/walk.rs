//! Everything in the tree of a copy, in the order that restic's format wants.

use std::{
    fs,
    path::{Path, PathBuf},
    vec,
};

use ds_core::publish::MOST_LEVELS;

use super::{SnapshotError, error::io_error};

/// One thing in a tree.
pub(crate) struct Found {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// The same from the root of the tree, which is `/`.
    pub(crate) inside: PathBuf,
    pub(crate) metadata: fs::Metadata,
}

/// Everything below a directory, each directory before what is in it, names in order of their bytes: so the format
/// wants it.
pub(crate) struct Walk {
    levels: Vec<vec::IntoIter<Found>>,
    failed: Option<SnapshotError>,
}

impl Walk {
    pub(crate) fn new(root: &Path) -> Self {
        let (levels, failed) = match list(root, Path::new("/")) {
            Ok(found) => (vec![found], None),
            Err(error) => (Vec::new(), Some(error)),
        };
        Self { levels, failed }
    }
}

impl Iterator for Walk {
    type Item = Result<Found, SnapshotError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(error) = self.failed.take() {
            self.levels.clear();
            return Some(Err(error));
        }
        let found = loop {
            match self.levels.last_mut()?.next() {
                Some(found) => break found,
                None => self.levels.pop(),
            };
        };
        if found.metadata.is_dir() {
            // The root and `data` are above what an app makes.
            let below = if self.levels.len() > MOST_LEVELS + 2 {
                Err(SnapshotError::Unfit {
                    path: found.path.clone(),
                    why: "it is below too many directories",
                })
            } else {
                list(&found.path, &found.inside)
            };
            match below {
                Ok(below) => self.levels.push(below),
                Err(error) => self.failed = Some(error),
            }
        }
        Some(Ok(found))
    }
}

fn list(dir: &Path, inside: &Path) -> Result<vec::IntoIter<Found>, SnapshotError> {
    let failed = || io_error(format!("read {}", dir.display()));
    let mut all = Vec::new();
    for entry in fs::read_dir(dir).map_err(failed())? {
        let entry = entry.map_err(failed())?;
        all.push(Found {
            path: entry.path(),
            inside: inside.join(entry.file_name()),
            metadata: entry.metadata().map_err(failed())?,
        });
    }
    all.sort_unstable_by(|a, b| a.inside.file_name().cmp(&b.inside.file_name()));
    Ok(all.into_iter())
}
