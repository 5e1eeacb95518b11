//! Why appspaces are not moved.

use std::{io, path::PathBuf};

use ds_backup::CloneError;
use ds_core::{Address, StoreError};

use super::AskError;
use crate::{ImportError, JobError, RestError};

/// Why the old host does not do what it is asked about a move.
#[derive(Debug, thiserror::Error)]
pub enum GiveError {
    /// There is no such move, or the secret is another.
    #[error("there is no such move here, or the code is wrong")]
    Unknown,
    /// It is over.
    #[error(
        "this code was cancelled, used or is too old; the owner of the appspace makes a new one"
    )]
    Over,
    /// It is moved already.
    #[error("it has moved already")]
    Moved,
    /// Somebody else has begun to take it.
    #[error("another host is taking it over; cancel that first")]
    Taken,
    /// The new address is none.
    #[error("`{0}` is no place that an appspace could move to")]
    Target(String),
    /// It was not brought to rest yet, or not fetched.
    #[error("the appspace was not fetched yet")]
    NotFetched,
    /// It is being fetched already.
    #[error("the appspace is being fetched already")]
    Fetching,
    /// It is being decided.
    #[error("it is too late to cancel: the other host has all of it, and it is being decided")]
    TooLate,
    /// The job could not begin.
    #[error(transparent)]
    Job(#[from] JobError),
    /// The records could not be read or written.
    #[error("cannot read or write the records of the move")]
    Store(#[from] StoreError),
}

/// Why an appspace was not handed over. It is still here.
#[derive(Debug, thiserror::Error)]
pub enum MoveOutError {
    /// It could not be brought to rest.
    #[error(transparent)]
    Rest(#[from] RestError),
    /// Its data could not be cloned.
    #[error("cannot copy the data to hand it over")]
    Clone(#[from] CloneError),
    /// The other host is gone.
    #[error("nothing was heard from the other host for {seconds} seconds; the appspace stays here")]
    Silent {
        /// How long.
        seconds: u64,
    },
    /// The other host takes too long.
    #[error("the other host did not finish in {hours} hours; the appspace stays here")]
    TooLong {
        /// How long.
        hours: u64,
    },
    /// Its directory could not be moved.
    #[error("cannot move the directory {}", .path.display())]
    Directory {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The records could not be read or written.
    #[error("cannot read or write the records of the move")]
    Store(#[from] StoreError),
    /// The job was not begun, or given up.
    #[error(transparent)]
    Job(#[from] JobError),
}

/// Why an appspace was not taken over. Nothing of it is here then, and it is where it was.
#[derive(Debug, thiserror::Error)]
pub enum MoveInError {
    /// Something else answers at the address.
    #[error("the address {0} is taken; choose another")]
    AddressTaken(Address),
    /// The old host did not do what it was asked.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// The old host keeps it.
    #[error(
        "the other host keeps it: the code was cancelled, used or is too old, or this host was silent for too long"
    )]
    Kept,
    /// It is moved already.
    #[error("it has moved already, with this code")]
    Moved,
    /// The connection broke while it was fetched.
    #[error("it could not be fetched from the other host")]
    Fetch(#[source] io::Error),
    /// It is more than there is room for.
    #[error("there is no room for it: it has {} MiB, and {} MiB are free", .bytes >> 20, .free >> 20)]
    NoRoom {
        /// How much it is.
        bytes: u64,
        /// How much is free.
        free: u64,
    },
    /// What came is not good, or the app cannot use it.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// There is no such move under way here.
    #[error("there is no appspace that is about to come to that address")]
    NotUndecided,
    /// The records could not be read or written.
    #[error("cannot read or write the records of the move")]
    Store(#[from] StoreError),
    /// The job was not begun, or given up.
    #[error(transparent)]
    Job(#[from] JobError),
}
