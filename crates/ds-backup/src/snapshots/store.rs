//! Storing a copy.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, RwLockReadGuard, TryLockError},
    thread,
    time::Duration,
};

use ds_core::Timestamp;
use rustic_core::{
    BackupOptions, ParentOptions, Progress as Bar, ProgressBars, ProgressType, RusticProgress,
    SnapshotGroupCriterion,
};

use super::{
    Repository, Snapshot, SnapshotError, SnapshotId,
    repository::{Engine, Fault},
    source::Source,
    walk::{Walk, What},
    watch::Watch,
};
use crate::{ABOUT, About, DATA, LeftOut, Progress, clone::Witness};

/// Room that is left at a place whatever is stored: for the index, and for those who come after.
const RESERVE: u64 = 64 << 20;

/// How often who waits for those who tidy up looks again.
const TURN: Duration = Duration::from_millis(50);

/// What storing a snapshot came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The snapshot.
    pub id: SnapshotId,
    /// The bytes that were added to the repository, compressed.
    pub bytes_new: u64,
    /// The bytes of all its files.
    pub bytes_total: u64,
    /// Its files and links.
    pub files: u64,
    /// The files that were read: the others were as they are in the snapshot before.
    pub files_read: u64,
}

impl Repository {
    /// Stores a copy: a directory with `appspace.json` and `data/`, which [`clone_data`](crate::clone_data) made
    /// and nobody changes meanwhile. Paths in the snapshot begin at that directory. What has not changed since the
    /// latest snapshot of the same appspace is not read again. Blocks.
    ///
    /// # Errors
    /// If the tree cannot be read whole, the place cannot be written or has no room, or it was cancelled. Then no
    /// snapshot was made; what was stored for it is used by the next one, or removed by [`Self::prune`].
    pub fn store(
        &self,
        tree: &Path,
        about: &About,
        progress: Arc<dyn Progress>,
    ) -> Result<Stored, SnapshotError> {
        self.store_changed(tree, &Arc::default(), about, progress)
    }

    /// Stores a copy as [`Self::store`] does, of which files are left out that the latest snapshot has: those that
    /// [`Self::latest_files`] told. Blocks.
    ///
    /// # Errors
    /// As [`Self::store`]; [`SnapshotError::LeftOut`] if that snapshot is gone.
    pub fn store_changed(
        &self,
        tree: &Path,
        left_out: &Arc<LeftOut>,
        about: &About,
        progress: Arc<dyn Progress>,
    ) -> Result<Stored, SnapshotError> {
        check_tree(tree)?;
        let snapshot = Snapshot::write(about)?;
        let watch = Watch::new(progress);
        let _shared = self.enter(&watch)?;
        let stored = self.work(&watch, "store a snapshot", |engine| {
            let before = self.list_with(&engine, Some(about.appspace))?;
            let before = before.first();
            self.expect(Walk::new(tree, left_out.clone()), before, &watch)?;
            let source = Source::new(tree, left_out.clone(), watch.clone());
            store(engine, &source, before, snapshot, &watch)
        })?;
        Ok(stored)
    }

    /// Waits until nobody tidies up, which can take hours: no longer than the work is wanted.
    fn enter(&self, watch: &Watch) -> Result<RwLockReadGuard<'_, ()>, SnapshotError> {
        loop {
            match self.gate.try_read() {
                Ok(shared) => return Ok(shared),
                Err(TryLockError::Poisoned(shared)) => return Ok(shared.into_inner()),
                Err(TryLockError::WouldBlock) => watch.check()?,
            }
            thread::sleep(TURN);
        }
    }

    /// Tells how much there is, and sees that there is room for what changed.
    fn expect(
        &self,
        walk: Walk,
        before: Option<&Snapshot>,
        watch: &Watch,
    ) -> Result<(), SnapshotError> {
        let (mut bytes, mut files, mut changed) = (0_u64, 0, 0_u64);
        for found in walk {
            watch.check()?;
            let metadata = match found?.what {
                What::There(metadata) => metadata,
                What::LeftOut(file) => {
                    files += 1;
                    bytes = bytes.saturating_add(file.look.size);
                    continue;
                }
            };
            if !metadata.is_dir() {
                files += 1;
            }
            if metadata.is_file() {
                let length = metadata.len();
                bytes = bytes.saturating_add(length);
                let witness = Witness::of(&metadata);
                if !before.is_some_and(|before| is_older(witness, before.made)) {
                    changed = changed.saturating_add(length);
                }
            }
        }
        watch.progress().expect(bytes, files);
        self.check_room(changed.saturating_add(RESERVE))
    }
}

/// Whether what this witnesses was there before that moment.
fn is_older(witness: Option<Witness>, than: Timestamp) -> bool {
    witness.is_some_and(|witness| witness.seconds < than.0.div_euclid(1000))
}

fn check_tree(tree: &Path) -> Result<(), SnapshotError> {
    let is = |name: &str, right: fn(&std::fs::Metadata) -> bool| {
        let path = tree.join(name);
        let found = path.symlink_metadata();
        if found.is_ok_and(|found| right(&found)) {
            return Ok(());
        }
        Err(SnapshotError::Unfit {
            path,
            why: "it is not there, or not what it should be",
        })
    };
    is(ABOUT, std::fs::Metadata::is_file)?;
    is(DATA, std::fs::Metadata::is_dir)
}

fn store(
    engine: Engine,
    source: &Source,
    before: Option<&Snapshot>,
    snapshot: rustic_core::repofile::SnapshotFile,
    watch: &Arc<Watch>,
) -> Result<Stored, Fault> {
    let indexed = engine.to_indexed_ids()?;
    let mut parent = ParentOptions::default();
    // The latest of the appspace, wherever it answered then; the engine's own choice goes by address.
    parent.group_by = Some(SnapshotGroupCriterion::new());
    match before {
        Some(before) => parent.parents = vec![before.id.to_string()],
        None => parent.force = true,
    }
    let options = BackupOptions::default().parent_opts(parent).no_scan(true);
    let root = [PathBuf::from("/")];
    let stored = indexed.archive(&options, source, snapshot, &root)?;
    watch.check()?;
    let summary = stored.summary.unwrap_or_default();
    Ok(Stored {
        id: SnapshotId::of(*stored.id),
        bytes_new: summary.data_added_packed,
        bytes_total: summary.total_bytes_processed,
        files: summary.total_files_processed,
        files_read: source.files_read(),
    })
}

/// The engine's progress, told to ours.
pub(crate) struct Bars(pub(crate) Arc<Watch>);

impl fmt::Debug for Bars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bars")
    }
}

impl ProgressBars for Bars {
    fn progress(&self, kind: ProgressType, _prefix: &str) -> Bar {
        match kind {
            ProgressType::Bytes => Bar::new(Bytes(self.0.clone())),
            _ => Bar::hidden(),
        }
    }
}

struct Bytes(Arc<Watch>);

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bytes")
    }
}

impl RusticProgress for Bytes {
    fn is_hidden(&self) -> bool {
        false
    }

    fn set_length(&self, length: u64) {
        self.0.progress().expect(length, 0);
    }

    fn set_title(&self, _title: &str) {}

    fn inc(&self, bytes: u64) {
        self.0.progress().advance(bytes, 0);
    }

    fn finish(&self) {}
}
