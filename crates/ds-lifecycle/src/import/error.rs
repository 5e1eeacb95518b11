//! Why there is no new appspace.

use std::{
    io,
    path::{Path, PathBuf},
};

use ds_backup::{ArchiveError, CloneError};
use ds_core::{Address, Schema, StoreError, Version};
use ds_sandbox::BoxError;

use crate::{
    BringInError, JobError, MigrateError, PlanError, RestError, SnapshotError,
    snapshots::DescribeError,
};

/// Why an appspace was not made from a file. There is none then, and nothing of it is left.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Something else answers there.
    #[error(
        "the address {0} is taken; choose another, or bring the data of that appspace back with `backup restore`"
    )]
    AddressTaken(Address),
    /// The file cannot be read.
    #[error("cannot read {}", .path.display())]
    Open {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file is not a good archive.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// What is in it is not an appspace.
    #[error("the archive has {0}; it was not made by Dropserver, or was changed")]
    Foreign(String),
    /// Its database is not one of ours, or damaged.
    #[error("the archive's database of members and schema cannot be used")]
    Database(#[source] StoreError),
    /// What it says and what it has differ.
    #[error(
        "the archive says that its data has schema {says}, and it has {has}; it was not made by Dropserver, or was \
         changed"
    )]
    Schema {
        /// The schema in its description.
        says: Schema,
        /// The schema in its database.
        has: Schema,
    },
    /// Its app is not here.
    #[error(
        "the archive is of {name} {version}, which is not installed here; install that version first"
    )]
    NoApp {
        /// The app's name.
        name: String,
        /// Its version.
        version: Version,
        /// Whether the archive has its package.
        has_package: bool,
    },
    /// Nobody said which app.
    #[error(
        "a backup of the original Dropserver does not say which app it belongs to; name the app"
    )]
    AppUnknown,
    /// Its app could not be installed.
    #[error("the app in the archive cannot be installed")]
    Install(#[source] BoxError),
    /// The data cannot get to the schema of the app.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The app's migrations failed.
    #[error("the app could not migrate the data")]
    Migrate(#[from] MigrateError),
    /// It is of another app than the appspace that it is to go into.
    #[error(
        "the archive is of the app {app}, and this appspace runs {runs}: import it as an appspace of its own"
    )]
    OtherApp {
        /// The archive's app.
        app: String,
        /// The appspace's.
        runs: String,
    },
    /// The host keeps no snapshots, so that the present state could not come back.
    #[error(
        "this host keeps no snapshots, so the data that is there now could not come back: import it as an appspace of \
         its own"
    )]
    Off,
    /// The appspace that it is to go into could not be brought to rest.
    #[error(transparent)]
    Rest(#[from] RestError),
    /// The present data could not be cloned.
    #[error("cannot copy the present data")]
    Clone(#[from] CloneError),
    /// The copy of the present data could not be described.
    #[error(transparent)]
    Describe(#[from] DescribeError),
    /// The present state is not kept anywhere.
    #[error("nothing was imported, because no snapshot of the present state could be taken before")]
    NotKept(#[source] SnapshotError),
    /// The new data could not take the place of the old.
    #[error(transparent)]
    BringIn(#[from] BringInError),
    /// A file or directory could not be looked at, written or moved.
    #[error("cannot write {}", .path.display())]
    Files {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The records could not be read or written.
    #[error("cannot read or write the records of the appspace")]
    Store(#[from] StoreError),
    /// The job was not begun, or given up.
    #[error(transparent)]
    Job(#[from] JobError),
}

impl ImportError {
    pub(super) fn foreign(what: impl Into<String>) -> Self {
        Self::Foreign(what.into())
    }

    pub(super) fn files(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        Self::Files { path, source }
    }
}
