//! Why an appspace was not brought to another version.

use std::io;

use ds_backup::CloneError;
use ds_core::StoreError;

use super::{BringInError, CheckError, PlanError};
use crate::{
    JobError, MigrateError, RestError, SnapshotError, before::says_before, snapshots::DescribeError,
};

/// Why an appspace was not brought to another version of its app. It is exactly as it was.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// There is no way to it.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The appspace could not be brought to rest.
    #[error(transparent)]
    Rest(#[from] RestError),
    /// Its data could not be cloned.
    #[error("cannot copy the data to work on it")]
    Clone(#[from] CloneError),
    /// There is no snapshot to go back to.
    #[error("nothing was changed, because no snapshot could be taken before")]
    Snapshot(#[from] SnapshotError),
    /// The app's migrations failed.
    #[error("the app could not migrate its data, which is as it was")]
    Migrate(#[from] MigrateError),
    /// The new version does not work on the new data.
    #[error("the new version of the app does not work; the old one goes on")]
    Check(#[from] CheckError),
    /// The new data could not be put in place.
    #[error(transparent)]
    BringIn(#[from] BringInError),
    /// The copy could not be described.
    #[error(transparent)]
    Describe(#[from] DescribeError),
    /// The present data could not be looked at.
    #[error("cannot look at the data")]
    Files(#[source] io::Error),
    /// The records could not be read.
    #[error("cannot read the records of the appspace")]
    Store(#[from] StoreError),
    /// The job was not begun, or given up.
    #[error(transparent)]
    Job(#[from] JobError),
}

says_before!(ChangeError, Snapshot, ChangeError::Files);
