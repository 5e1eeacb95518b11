//! Forgetting snapshots, and removing what nothing refers to any more.

use std::sync::Arc;

use rustic_core::{LimitOption, PruneOptions};

use super::{Repository, SnapshotError, SnapshotId, error::io_error, watch::Watch};
use crate::Progress;

/// How long what nothing refers to is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grace {
    /// It is marked first, and removed by a later call a day on: restic may be reading it.
    Day,
    /// It is removed at once. Right where nobody else reads.
    None,
}

/// What was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// The bytes that are used by snapshots.
    pub bytes_used: u64,
    /// The bytes that were removed, or marked to be.
    pub bytes_removed: u64,
}

impl Repository {
    /// Forgets snapshots; those that are not there are forgotten. Blocks.
    ///
    /// # Errors
    /// If the place cannot be written; some may be forgotten then.
    pub fn forget(&self, ids: &[SnapshotId]) -> Result<(), SnapshotError> {
        if ids.is_empty() {
            return Ok(());
        }
        let ids: Vec<_> = ids.iter().map(SnapshotId::engine).collect();
        self.work(&Watch::quiet(), "forget snapshots", |engine| {
            Ok(engine.delete_snapshots(&ids)?)
        })
    }

    /// Removes what no snapshot refers to: of those forgotten, and of those that were never finished. Waits until
    /// nothing is being stored. Blocks. A crash meanwhile loses nothing.
    ///
    /// # Errors
    /// If the place cannot be read or written, the repository is damaged (then nothing is removed), or restic is at
    /// work there.
    pub fn prune(
        &self,
        grace: Grace,
        progress: Arc<dyn Progress>,
    ) -> Result<Pruned, SnapshotError> {
        let _alone = self.gate.write();
        let failed = || io_error(format!("tidy {}", self.place));
        if !self.storage.list("locks").map_err(failed())?.is_empty() {
            return Err(SnapshotError::Locked {
                place: self.place.to_string(),
            });
        }
        let mut options = PruneOptions::default();
        options.instant_delete = grace == Grace::None;
        // As restic does: packs are rewritten until at most a twentieth of all is of no use.
        options.max_repack = LimitOption::Unlimited;
        let pruned = self.work(&Watch::new(progress), "remove what is not used", |engine| {
            let plan = engine.prune_plan(&options)?;
            let sizes = plan.stats.size_sum();
            let unfinished = plan.stats.size_unref;
            engine.prune(&options, plan)?;
            Ok(Pruned {
                bytes_used: sizes.used,
                bytes_removed: sizes.remove + sizes.repackrm + unfinished,
            })
        })?;
        self.storage.tidy().map_err(failed())?;
        Ok(pruned)
    }
}
