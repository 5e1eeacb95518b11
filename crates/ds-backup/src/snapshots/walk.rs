//! Everything in the tree of a copy, in the order that restic's format wants.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    vec,
};

use ds_core::publish::MOST_LEVELS;

use super::{SnapshotError, error::io_error};
use crate::{DATA, LeftOut, clone::LeftFile};

/// One thing in a tree.
pub(crate) struct Found {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// The same from the root of the tree, which is `/`.
    pub(crate) inside: PathBuf,
    pub(crate) what: What,
}

/// What it is.
pub(crate) enum What {
    There(fs::Metadata),
    /// A file that was left out, because the latest snapshot has it.
    LeftOut(LeftFile),
}

impl Found {
    fn is_dir(&self) -> bool {
        matches!(&self.what, What::There(metadata) if metadata.is_dir())
    }
}

/// Everything below a directory, each directory before what is in it, names in order of their bytes: so the format
/// wants it.
pub(crate) struct Walk {
    left_out: Arc<LeftOut>,
    levels: Vec<vec::IntoIter<Found>>,
    failed: Option<SnapshotError>,
}

impl Walk {
    pub(crate) fn new(root: &Path, left_out: Arc<LeftOut>) -> Self {
        let (levels, failed) = match list(root, Path::new("/"), &left_out) {
            Ok(found) => (vec![found], None),
            Err(error) => (Vec::new(), Some(error)),
        };
        Self {
            left_out,
            levels,
            failed,
        }
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
        if found.is_dir() {
            // The root and `data` are above what an app makes.
            let below = if self.levels.len() > MOST_LEVELS + 2 {
                Err(SnapshotError::Unfit {
                    path: found.path.clone(),
                    why: "it is below too many directories",
                })
            } else {
                list(&found.path, &found.inside, &self.left_out)
            };
            match below {
                Ok(below) => self.levels.push(below),
                Err(error) => self.failed = Some(error),
            }
        }
        Some(Ok(found))
    }
}

fn list(
    dir: &Path,
    inside: &Path,
    left_out: &LeftOut,
) -> Result<vec::IntoIter<Found>, SnapshotError> {
    let failed = || io_error(format!("read {}", dir.display()));
    let mut all = Vec::new();
    for entry in fs::read_dir(dir).map_err(failed())? {
        let entry = entry.map_err(failed())?;
        all.push(Found {
            path: entry.path(),
            inside: inside.join(entry.file_name()),
            what: What::There(entry.metadata().map_err(failed())?),
        });
    }
    if let Ok(of_data) = inside.strip_prefix(Path::new("/").join(DATA)) {
        all.extend(left_out.of(of_data).iter().map(|file| Found {
            path: dir.join(&file.name),
            inside: inside.join(&file.name),
            what: What::LeftOut(file.clone()),
        }));
    }
    all.sort_unstable_by(|a, b| a.inside.file_name().cmp(&b.inside.file_name()));
    Ok(all.into_iter())
}
