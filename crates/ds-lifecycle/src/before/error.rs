//! Why data is not changed: how it is now is not kept.

use std::io;

use ds_backup::CloneError;
use ds_core::StoreError;

use crate::{JobError, RestError, SnapshotError, snapshots::DescribeError};

/// Why an appspace's present state is not kept, so that nothing was changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BeforeError {
    #[error(transparent)]
    Rest(#[from] RestError),
    #[error("cannot copy the present data")]
    Clone(#[from] CloneError),
    #[error(transparent)]
    Describe(#[from] DescribeError),
    #[error("no snapshot could be taken")]
    Snapshot(#[from] SnapshotError),
    #[error("cannot look at the present data")]
    Files(#[source] io::Error),
    #[error("cannot read the records of the appspace")]
    Store(#[from] StoreError),
    #[error(transparent)]
    Job(#[from] JobError),
}

/// Says it in the words of a kind of job that has a variant of the same name for each.
macro_rules! says_before {
    ($error:ty, $snapshot:ident, $files:expr) => {
        impl From<$crate::before::BeforeError> for $error {
            fn from(error: $crate::before::BeforeError) -> Self {
                use $crate::before::BeforeError;
                match error {
                    BeforeError::Rest(error) => Self::Rest(error),
                    BeforeError::Clone(error) => Self::Clone(error),
                    BeforeError::Describe(error) => Self::Describe(error),
                    BeforeError::Snapshot(error) => Self::$snapshot(error),
                    BeforeError::Files(error) => $files(error),
                    BeforeError::Store(error) => error.into(),
                    BeforeError::Job(error) => Self::Job(error),
                }
            }
        }
    };
}
pub(crate) use says_before;
