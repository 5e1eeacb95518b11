//! Why there is no snapshot.

use ds_backup::CloneError;
use ds_core::StoreError;

use super::{DescribeError, Kept};
use crate::{JobError, RestError, SnapshotError, UndoError};

/// Why no snapshot was taken. The appspace goes on as it was.
#[derive(Debug, thiserror::Error)]
pub enum TakeError {
    /// The host keeps none.
    #[error("this host keeps no snapshots: its configuration says so under [snapshots]")]
    Off,
    /// The appspace could not be brought to rest.
    #[error(transparent)]
    Rest(#[from] RestError),
    /// Its data could not be cloned.
    #[error("cannot copy the data")]
    Clone(#[from] CloneError),
    /// What was cloned first could not be removed.
    #[error(transparent)]
    Again(#[from] UndoError),
    /// The copy could not be described.
    #[error(transparent)]
    Describe(#[from] DescribeError),
    /// The key cannot be had.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// It is kept nowhere.
    #[error("no place took the snapshot. {0}")]
    Nowhere(String),
    /// The records could not be read.
    #[error("cannot read the records of the appspace and its app")]
    Store(#[from] StoreError),
    /// The job was not begun, or given up.
    #[error(transparent)]
    Job(#[from] JobError),
}

impl TakeError {
    /// That every place failed, and how.
    pub(super) fn of(places: Vec<Kept>) -> Self {
        let told = places.into_iter().filter_map(|kept| {
            let why = kept.outcome.err()?;
            Some(format!("{}: {why}", kept.place))
        });
        Self::Nowhere(told.collect::<Vec<_>>().join("; "))
    }
}
