//! How a job may end before it is done, and what the store says of it.

use super::JobError;

/// Why a job is to be given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GiveUp {
    Cancelled,
    Stopping,
}

impl From<GiveUp> for JobError {
    fn from(why: GiveUp) -> Self {
        match why {
            GiveUp::Cancelled => Self::Cancelled,
            GiveUp::Stopping => Self::Stopping,
        }
    }
}

/// What the store says of a job's outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Outcome {
    /// Not recorded.
    Open,
    /// Recorded with the end of the job.
    Committed,
    /// It cannot be asked: the job must be left to the next start.
    Unsure,
}
