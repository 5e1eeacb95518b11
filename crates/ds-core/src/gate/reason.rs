//! Why nobody may enter an appspace.

use std::fmt;

/// Why an appspace is at rest for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It is being made.
    Creating,
    /// Its data is being migrated.
    Migrating,
    /// A snapshot is being taken.
    Snapshot,
    /// Older data is being put back.
    Restoring,
    /// Its code was changed (ds-dev).
    Reloading,
    /// Its owner pauses it.
    Pausing,
    /// It is being removed.
    Deleting,
    /// Another host takes it over.
    Moving,
}

/// Why an appspace is closed until further notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Closure {
    /// The owner paused it.
    Paused,
    /// Its data has another schema than its app expects.
    WrongSchema,
    /// The host is stopping.
    Stopping,
    /// Its data directory is not there.
    MissingData,
    /// Its database of members failed its check.
    Damaged,
    /// The host's disk is nearly full.
    DiskFull,
    /// Work on it failed and could not be undone; the next start of the host does that.
    Unsettled,
    /// It is in the trash.
    Deleted,
}

/// Why [`Gate::enter`](super::Gate::enter) refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Closed {
    /// Something is being done to it at rest.
    #[error("it is {0} and will be back shortly")]
    Held(Reason),
    /// It is closed until further notice.
    #[error("it is {0}")]
    Standing(Closure),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Creating => "being set up",
            Self::Migrating => "being upgraded",
            Self::Snapshot => "being backed up",
            Self::Restoring => "being restored",
            Self::Reloading => "being reloaded",
            Self::Pausing => "being paused",
            Self::Deleting => "being deleted",
            Self::Moving => "being moved to another host",
        })
    }
}

impl fmt::Display for Closure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Paused => "paused by its owner",
            Self::WrongSchema => "waiting for its data to be migrated",
            Self::Stopping => "on a host that is shutting down",
            Self::MissingData => "without its data, which the host cannot find",
            Self::Damaged => "closed because its data is damaged",
            Self::DiskFull => "closed because its host has no room left",
            Self::Unsettled => "waiting for its host to be restarted",
            Self::Deleted => "deleted",
        })
    }
}
