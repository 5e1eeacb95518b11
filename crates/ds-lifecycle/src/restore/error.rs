//! Why a snapshot was not put back.

use std::{io, path::PathBuf};

use ds_backup::CloneError;
use ds_core::{Address, Schema, StoreError, Version};

use super::ContentsError;
use crate::{
    BringInError, JobError, ReadError, RestError, SnapshotError, before::says_before,
    snapshots::DescribeError,
};

/// Why nothing was restored. Everything is as it was.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The host keeps no snapshots.
    #[error("this host keeps no snapshots: its configuration says so under [snapshots]")]
    Off,
    /// The snapshot cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It is not what this host would store.
    #[error(transparent)]
    Contents(#[from] ContentsError),
    /// Its database is damaged.
    #[error("the database of members and schema in the snapshot cannot be used; try an older one")]
    Damaged(#[source] StoreError),
    /// It is of another appspace.
    #[error(
        "the snapshot is of another appspace, {0}; to have that one, restore it to a new address"
    )]
    OtherAppspace(Address),
    /// No app for it.
    #[error("the app {0} is not installed; install it first")]
    NoApp(String),
    /// No version of the app for it.
    #[error(
        "the snapshot's data has schema {schema}, and no installed version of {app} has that; install version {version}, \
         which it was made with"
    )]
    NoVersion {
        /// The app.
        app: String,
        /// The version that ran when the snapshot was made.
        version: Version,
        /// The schema of the data.
        schema: Schema,
    },
    /// Something answers there already.
    #[error("the address {0} is taken; choose another")]
    AddressTaken(Address),
    /// The path is no path in an app's files.
    #[error("`{}` is no path in the app's files: it is like `notes/monday.txt`, without `..` and not beginning with `/`", .0.display())]
    NoPath(PathBuf),
    /// Something is in the way.
    #[error("`{}` in the app's files is no directory now, so nothing can be put into it; restore it whole, or remove it first", .0.display())]
    InTheWay(PathBuf),
    /// The appspace could not be brought to rest.
    #[error(transparent)]
    Rest(#[from] RestError),
    /// Its data could not be cloned.
    #[error("cannot copy the present data")]
    Clone(#[from] CloneError),
    /// The present state is not kept anywhere.
    #[error("nothing was restored, because no snapshot of the present state could be taken before")]
    NotKept(#[source] SnapshotError),
    /// The copy could not be described.
    #[error(transparent)]
    Describe(#[from] DescribeError),
    /// The new data could not take the place of the old.
    #[error(transparent)]
    BringIn(#[from] BringInError),
    /// Files could not be worked with.
    #[error("cannot work with the restored files")]
    Files(#[source] io::Error),
    /// The records could not be read or written.
    #[error("cannot read or write the records of the appspace and its app")]
    Store(#[from] StoreError),
    /// The job was not begun, or given up.
    #[error(transparent)]
    Job(#[from] JobError),
}

impl RestoreError {
    pub(super) fn files(source: io::Error) -> Self {
        Self::Files(source)
    }
}

says_before!(RestoreError, NotKept, RestoreError::Files);
