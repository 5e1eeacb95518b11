//! Why a job was not done, whatever it was to do.

use std::{io, path::PathBuf};

use ds_core::{JobKind, StoreError};

/// Why a job was not begun or not done. Whatever it had done is undone.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// Something else is being done to the appspace.
    #[error("something else is being done to this appspace ({running}); try again when it is done")]
    Busy {
        /// What.
        running: JobKind,
    },
    /// What was done to the appspace before is left to the next start of the host.
    #[error(
        "earlier work on this appspace could not be undone; restart the host, which settles it"
    )]
    Unsettled,
    /// Somebody gave it up.
    #[error("it was cancelled; everything is as it was")]
    Cancelled,
    /// The host is stopping.
    #[error("the host is stopping; try again when it runs")]
    Stopping,
    /// The disk is nearly full.
    #[error(
        "the host's disk is nearly full ({} MiB are free, {} MiB must stay free); make room and try again",
        .free >> 20, .least >> 20
    )]
    NoRoom {
        /// Free bytes.
        free: u64,
        /// Bytes that must stay free.
        least: u64,
    },
    /// The job or what came of it could not be recorded.
    #[error("cannot record the work")]
    Store(#[from] StoreError),
    /// The work ended by a mistake in this program.
    #[error("the work ended unexpectedly; the host's log has the details")]
    Panicked,
    /// A test wanted the step to fail.
    #[error("a step was made to fail")]
    MadeToFail(#[source] io::Error),
}

/// Why what a job did could not be undone or finished.
#[derive(Debug, thiserror::Error)]
pub enum UndoError {
    /// A file or directory could not be looked at, moved or removed.
    #[error("cannot settle {}", .path.display())]
    Files {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The records could not be read or written.
    #[error("cannot read or write the records of it")]
    Store(#[from] StoreError),
    /// Undoing it ended by a mistake in this program.
    #[error("undoing it ended unexpectedly; the host's log has the details")]
    Panicked,
    /// The data is at neither of the places where the job may have left it.
    #[error(
        "cannot tell the old data from the new: the data directory was changed by hand or copied since; look at {} and {}",
        .live.display(), .staged.display()
    )]
    Unknown {
        /// Where the appspace's data is.
        live: PathBuf,
        /// Where the job had the other.
        staged: PathBuf,
    },
}
