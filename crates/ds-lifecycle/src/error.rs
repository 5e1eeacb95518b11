//! Why something could not be done to an appspace.

use std::{io, path::PathBuf, time::Duration};

use ds_core::{Schema, StoreError};
use ds_sandbox::{ControlError, StartError};

use crate::JobError;

/// Why an appspace was not made. There is none then, and nothing of it is left.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// Something else answers there.
    #[error("the address {0} is taken; choose another")]
    AddressTaken(ds_core::Address),
    /// Its data could not be brought to the app's schema.
    #[error("the app could not set up its data")]
    Migrate(#[source] MigrateError),
    /// Its directory could not be made.
    #[error("cannot make the directory {}", .path.display())]
    Directory {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It could not be recorded.
    #[error("cannot record the new appspace")]
    Store(#[source] StoreError),
    /// The job was not begun, or given up.
    #[error(transparent)]
    Job(#[from] JobError),
}

/// Why data was not migrated.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The app's code could not be started.
    #[error("the app's migrations could not be started")]
    Start(#[source] StartError),
    /// A migration failed.
    #[error("migrating from schema {from} to {to} failed")]
    Failed {
        /// The schema the data had.
        from: Schema,
        /// The schema it was to have.
        to: Schema,
        /// What the app said.
        #[source]
        source: ControlError,
    },
    /// The new schema could not be recorded.
    #[error("cannot record that the data now has schema {to}")]
    Store {
        /// The schema it has.
        to: Schema,
        /// Why.
        #[source]
        source: StoreError,
    },
}

/// Why an appspace was not brought to rest.
#[derive(Debug, thiserror::Error)]
pub enum RestError {
    /// Somebody is still inside, even after they were cut.
    #[error("the appspace is still in use after {} s", .after.as_secs())]
    StillInUse {
        /// How long was waited.
        after: Duration,
    },
    /// The store failed, or there is no such appspace.
    #[error("cannot bring the appspace to rest")]
    Store(#[from] StoreError),
    /// Its files could not be looked at.
    #[error("cannot look at the files in {}", .path.display())]
    Files {
        /// Where.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}
