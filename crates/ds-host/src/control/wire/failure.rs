//! Why something was not done.

use serde::{Deserialize, Serialize};

use crate::ops::{ErrorKind, OpError};

/// What a command that was not done answers; nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Why.
    pub error: Problem,
}

/// Why a command was not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// `not-found`, `conflict`, `invalid`, `forbidden`, `busy` or `internal`; where no host was asked, `usage`,
    /// `configuration`, `not-running` (there is no host) or `not-started` (`serve` could not start).
    pub kind: String,
    /// What happened.
    pub message: String,
    /// What to do about it, if something can be done.
    pub hint: Option<String>,
}

impl From<&OpError> for Failure {
    fn from(error: &OpError) -> Self {
        Self {
            error: Problem {
                kind: error.kind().name().to_owned(),
                message: error.to_string(),
                hint: error.hint().map(str::to_owned),
            },
        }
    }
}

impl From<Failure> for OpError {
    fn from(Failure { error }: Failure) -> Self {
        let plain = Self::new(ErrorKind::named(&error.kind), error.message);
        match error.hint {
            Some(hint) => plain.with_hint(hint),
            None => plain,
        }
    }
}
