//! Looking into a snapshot.

use std::{ffi::OsString, path::Path};

use ds_core::Timestamp;

use super::{
    Repository, SnapshotError, SnapshotId,
    tree::{Kind, Trees},
    watch::Watch,
};

/// One thing in a snapshot's directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEntry {
    /// Its name; any bytes but `/`.
    pub name: OsString,
    /// What it is.
    pub kind: FileKind,
    /// The bytes of a file.
    pub size: u64,
    /// When it was changed last.
    pub changed: Option<Timestamp>,
}

/// What something in a snapshot is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A directory.
    Dir,
    /// A regular file.
    File,
    /// A symbolic link.
    Link,
}

impl Repository {
    /// What is in a directory of a snapshot, by name; the empty path is the top, with `appspace.json` and `data`.
    /// Blocks.
    ///
    /// # Errors
    /// If there is no such snapshot or directory, or it is nothing that this host would store.
    pub fn files(&self, id: &SnapshotId, dir: &Path) -> Result<Vec<FileEntry>, SnapshotError> {
        self.work(&Watch::quiet(), "look into a snapshot", |engine| {
            let root = self.find(&engine, id)?.tree;
            let engine = engine.to_indexed()?;
            let trees = Trees::new(&engine);
            let missing = || SnapshotError::NotInside {
                path: dir.display().to_string(),
                id: id.short().to_owned(),
            };
            let found = trees.find(root, dir)?.ok_or_else(missing)?;
            let Kind::Dir(tree) = found.kind else {
                return Err(missing().into());
            };
            let entries = trees.list(tree, dir)?.into_iter().map(|entry| {
                let (kind, size) = match entry.kind {
                    Kind::Dir(_) => (FileKind::Dir, 0),
                    Kind::File(content) => (FileKind::File, content.size),
                    Kind::Link(_) => (FileKind::Link, 0),
                };
                FileEntry {
                    name: entry.name,
                    kind,
                    size,
                    changed: entry.mtime.map(|time| Timestamp(time.as_millisecond())),
                }
            });
            Ok(entries.collect())
        })
    }
}
