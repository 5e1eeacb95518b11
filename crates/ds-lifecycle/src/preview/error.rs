//! Why a snapshot was not opened.

use std::io;

use ds_core::StoreError;

use super::MOST;
use crate::{JobError, RestoreError};

/// Why a snapshot was not opened. Nothing is left of what was tried.
#[derive(Debug, thiserror::Error)]
pub enum PreviewError {
    /// As many are open as may be.
    #[error("{MOST} previews are open or being opened on this host, and no more may be; close one")]
    TooMany,
    /// The disk has no room for it.
    #[error(
        "the host's disk has no room for this snapshot ({} MiB are free, {} MiB are needed); make room and try again",
        .free >> 20, .needs >> 20
    )]
    NoRoom {
        /// Free bytes.
        free: u64,
        /// Bytes that are needed, with what must stay free.
        needs: u64,
    },
    /// It cannot be read, or nothing that is installed runs on it.
    #[error(transparent)]
    Snapshot(#[from] RestoreError),
    /// None of its members is the owner.
    #[error("the snapshot has no owner among its members, so nobody could look at it; try another")]
    NoOwner,
    /// Files could not be worked with.
    #[error("cannot put the preview in place")]
    Files(#[source] io::Error),
    /// The records could not be read.
    #[error("cannot read the records of the appspace")]
    Store(#[from] StoreError),
    /// The job was not begun, or given up.
    #[error(transparent)]
    Job(#[from] JobError),
}
