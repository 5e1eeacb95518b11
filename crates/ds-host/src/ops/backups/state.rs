//! How well appspaces are backed up, as it is recorded: the repositories are not asked.

use std::{collections::HashMap, sync::Arc};

use ds_backup::snapshots::Retention;
use ds_core::{
    AccountId, AppspaceId, StoreError, Timestamp,
    snapshots::{
        Every, SnapshotFailure, SnapshotRecord, SnapshotSettings, SnapshotStore, SnapshotSuccess,
    },
};
use ds_lifecycle::{Keeper, Lifecycle};

use super::shown::Turns;
use crate::ops::{OpError, Ops};

/// Takes snapshots, and knows of the last ones.
pub struct Backups {
    /// Takes and restores them.
    pub lifecycle: Lifecycle,
    /// Keeps them.
    pub keeper: Keeper,
    /// What is recorded of them.
    pub records: Records,
    pub(super) turns: Turns,
}

/// What is recorded of snapshots, and what applies where nothing is set. Clones share it.
#[derive(Clone)]
pub struct Records {
    /// The records.
    pub store: Arc<dyn SnapshotStore>,
    /// How often they are taken.
    pub every: Every,
    /// How many are kept.
    pub keep: Retention,
}

/// How well one appspace is backed up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupState {
    /// How often snapshots are taken.
    pub every: Every,
    /// The last that is kept anywhere.
    pub last: Option<SnapshotSuccess>,
    /// Why the last try failed, if none succeeded since.
    pub failure: Option<SnapshotFailure>,
    /// Since when it is known that there was none for too long.
    pub late: Option<Timestamp>,
}

impl Records {
    /// How often snapshots are taken, given what is set.
    #[must_use]
    pub fn every(&self, settings: &SnapshotSettings) -> Every {
        settings.every.unwrap_or(self.every)
    }

    /// How many are kept, given what is set.
    #[must_use]
    pub fn keep(&self, settings: &SnapshotSettings) -> Retention {
        Retention {
            last: settings.keep_last.unwrap_or(self.keep.last),
            daily: settings.keep_daily.unwrap_or(self.keep.daily),
            weekly: settings.keep_weekly.unwrap_or(self.keep.weekly),
            monthly: settings.keep_monthly.unwrap_or(self.keep.monthly),
        }
    }

    /// How well an appspace is backed up, given what is recorded.
    #[must_use]
    pub fn state(&self, record: SnapshotRecord) -> BackupState {
        BackupState {
            every: self.every(&record.settings),
            last: record.success,
            failure: record.failure,
            late: record.alert.since,
        }
    }
}

impl Backups {
    /// Snapshots that this lifecycle takes and this keeper keeps.
    #[must_use]
    pub fn new(lifecycle: Lifecycle, keeper: Keeper, records: Records) -> Self {
        Self {
            turns: Turns::new(keeper.places().len()),
            lifecycle,
            keeper,
            records,
        }
    }

    /// How well an appspace is backed up.
    ///
    /// # Errors
    /// If what is recorded cannot be read.
    pub async fn state(&self, of: AppspaceId) -> Result<BackupState, StoreError> {
        Ok(self
            .records
            .state(self.records.store.snapshot_record(of).await?))
    }
}

impl Ops {
    /// How well an appspace is backed up; `None` on a host without snapshots.
    pub async fn backup_state(&self, of: AppspaceId) -> Result<Option<BackupState>, OpError> {
        match &self.parts.backups {
            Some(backups) => Ok(Some(backups.state(of).await?)),
            None => Ok(None),
        }
    }

    /// The same of those appspaces of an account of which anything is recorded.
    pub async fn backup_states(
        &self,
        owner: AccountId,
    ) -> Result<HashMap<AppspaceId, BackupState>, OpError> {
        let Some(backups) = &self.parts.backups else {
            return Ok(HashMap::new());
        };
        let records = backups.records.store.snapshot_records(owner).await?;
        let states = records
            .into_iter()
            .map(|(id, record)| (id, backups.records.state(record)));
        Ok(states.collect())
    }
}
