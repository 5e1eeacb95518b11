//! How the files of the latest snapshot looked, so that the next one need not clone what looks so still.

use std::path::{Path, PathBuf};

use ds_core::{AppspaceId, publish::MOST_LEVELS};

use super::{
    Repository, SnapshotError,
    repository::Fault,
    tree::{Entry, Kind, Trees, refused},
    watch::Watch,
};
use crate::{DATA, LatestFiles, clone::Look};

/// How many directories are read at most; with more, all is cloned.
const MOST_DIRS: u32 = 50_000;

impl Repository {
    /// How the files of an appspace's latest snapshot looked; `None` if there is none, or one of so many files that
    /// looking costs more than it saves. Files whose pieces are not all in the index are not told. Blocks.
    ///
    /// # Errors
    /// If the place cannot be reached, or the snapshot cannot be read.
    pub fn latest_files(&self, of: AppspaceId) -> Result<Option<LatestFiles>, SnapshotError> {
        self.work(&Watch::quiet(), "look into a snapshot", |engine| {
            let latest = self.list_with(&engine, Some(of))?;
            let Some(latest) = latest.into_iter().next() else {
                return Ok(None);
            };
            let root = self.find(&engine, &latest.id)?.tree;
            let engine = engine.to_indexed()?;
            let trees = Trees::new(&engine);
            let found = trees.find(root, Path::new(DATA))?;
            let Some(Kind::Dir(data)) = found.map(|found| found.kind) else {
                return Ok(None);
            };
            let mut files = LatestFiles::default();
            // Directories to be read, and their depth.
            let mut dirs = vec![(PathBuf::new(), data, 0)];
            let mut read = 0;
            while let Some((dir, id, level)) = dirs.pop() {
                read += 1;
                if read > MOST_DIRS {
                    return Ok(None);
                }
                if level > MOST_LEVELS {
                    return Err(refused(&dir, "is below too many directories").into());
                }
                for entry in trees.list(id, &dir)? {
                    let path = dir.join(&entry.name);
                    if let Kind::Dir(id) = entry.kind {
                        dirs.push((path, id, level + 1));
                    } else if !add(&mut files, path, &entry, &trees) {
                        return Ok(None);
                    }
                }
            }
            Ok::<_, Fault>(Some(files))
        })
    }
}

/// Adds what is a file and whole. Says whether there is room for more.
fn add(files: &mut LatestFiles, path: PathBuf, entry: &Entry, trees: &Trees<'_>) -> bool {
    let (Kind::File(content), Some(mtime), Some(ctime)) = (&entry.kind, entry.mtime, entry.ctime)
    else {
        return true;
    };
    if !trees.has(content) {
        return true;
    }
    let look = Look {
        size: content.size,
        mtime: mtime.as_nanosecond(),
        witness: ctime.as_nanosecond(),
    };
    files.add(path, look)
}
