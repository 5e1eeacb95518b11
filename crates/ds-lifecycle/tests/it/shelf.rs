//! Snapshots as plain directories, by their ids.

use std::{
    fs,
    path::{Path, PathBuf},
};

use ds_backup::{
    ABOUT, About,
    snapshots::{SnapshotId, Stored},
};

/// Where snapshots are that are read again.
#[derive(Default)]
pub(crate) struct Shelf(pub(crate) PathBuf);

impl Shelf {
    /// The ids, oldest first.
    pub(crate) fn ids(&self) -> Vec<SnapshotId> {
        let entries = fs::read_dir(&self.0).into_iter().flatten();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut ids: Vec<_> = names.filter_map(|name| name.parse().ok()).collect();
        ids.sort();
        ids
    }

    /// One of them.
    pub(crate) fn dir(&self, id: &SnapshotId) -> PathBuf {
        self.0.join(id.to_string())
    }

    pub(crate) fn put(&self, tree: &Path, about: &About) -> Stored {
        let text = fs::read(tree.join(ABOUT)).unwrap();
        assert_eq!(serde_json::from_slice::<About>(&text).unwrap(), *about);
        fs::create_dir_all(&self.0).unwrap();
        let id: SnapshotId = format!("{:064}", self.ids().len()).parse().unwrap();
        let beside = self.0.join("beside");
        copy_all(tree, &beside);
        fs::rename(beside, self.dir(&id)).unwrap();
        Stored {
            id,
            bytes_new: 1,
            bytes_total: 1,
            files: 1,
            files_read: 1,
        }
    }
}

/// Copies a file or a directory to where nothing is.
pub(crate) fn copy_all(from: &Path, to: &Path) {
    if from.is_file() {
        fs::copy(from, to).unwrap();
        return;
    }
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        copy_all(&entry.path(), &to.join(entry.file_name()));
    }
}
