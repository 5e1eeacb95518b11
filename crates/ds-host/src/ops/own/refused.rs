//! Why somebody was not let in, as an [`OpError`].

use std::time::Duration;

use ds_auth::{
    ChangePasswordError, LogInError, PasswordError,
    passkeys::PasskeyError,
    people::{FactorError, ResetError},
};

use super::super::{ErrorKind, OpError};

/// The password is not the one of whoever is logged in.
pub(super) fn wrong_password() -> OpError {
    OpError::new(ErrorKind::Forbidden, "that is not your password")
}

/// What was begun is over.
pub(super) fn over() -> OpError {
    OpError::new(
        ErrorKind::NotFound,
        "that took too long, or was done already",
    )
    .with_hint("begin again")
}

/// The address of the account site is none for passkeys.
pub(super) fn no_passkeys() -> OpError {
    OpError::new(
        ErrorKind::Conflict,
        "passkeys cannot be used at this address",
    )
    .with_hint("browsers want https and a name, not a number")
}

pub(super) fn slow(wait: Duration) -> OpError {
    OpError::new(ErrorKind::Busy, "there were too many attempts").with_retry_after(wait)
}

fn internal(error: impl std::error::Error + Send + Sync + 'static) -> OpError {
    OpError::new(ErrorKind::Internal, error.to_string()).with_source(error)
}

fn password(error: PasswordError) -> OpError {
    match error {
        PasswordError::Busy => OpError::new(ErrorKind::Busy, error.to_string()),
        other => internal(other),
    }
}

impl From<LogInError> for OpError {
    fn from(error: LogInError) -> Self {
        match error {
            LogInError::Wrong => wrong_password(),
            LogInError::TooMany { retry_after } => slow(retry_after),
            LogInError::Password(error) => password(error),
            LogInError::Store(error) => error.into(),
        }
    }
}

impl From<ChangePasswordError> for OpError {
    fn from(error: ChangePasswordError) -> Self {
        match error {
            ChangePasswordError::Present(error) => error.into(),
            ChangePasswordError::Rules(problem) => {
                Self::new(ErrorKind::Invalid, problem.to_string())
            }
            ChangePasswordError::Changed => Self::new(ErrorKind::Conflict, error.to_string()),
        }
    }
}

impl From<FactorError> for OpError {
    fn from(error: FactorError) -> Self {
        match error {
            FactorError::Wrong => Self::new(
                ErrorKind::Forbidden,
                "that code is wrong, or was used before",
            )
            .with_hint("wait for the next one, and check that the device's clock is right"),
            FactorError::WrongPaper => Self::new(ErrorKind::Forbidden, error.to_string())
                .with_hint("compare it with what you wrote down, or try another of them"),
            FactorError::TooMany { retry_after } => slow(retry_after),
            FactorError::NotOffered => Self::new(ErrorKind::Conflict, error.to_string()),
            FactorError::Unusable => internal(error),
            FactorError::Store(error) => error.into(),
        }
    }
}

impl From<PasskeyError> for OpError {
    fn from(error: PasskeyError) -> Self {
        match error {
            PasskeyError::Address(_) => no_passkeys(),
            PasskeyError::Stale => over(),
            PasskeyError::Refused(_) => {
                Self::new(ErrorKind::Forbidden, error.to_string()).with_source(error)
            }
            PasskeyError::Unknown => Self::new(ErrorKind::Forbidden, error.to_string())
                .with_hint("use another one, or your password"),
            PasskeyError::TooMany => Self::new(ErrorKind::Conflict, error.to_string()),
            PasskeyError::Throttled { retry_after } => slow(retry_after),
            PasskeyError::Store(error) => error.into(),
        }
    }
}

impl From<ResetError> for OpError {
    fn from(error: ResetError) -> Self {
        match error {
            ResetError::Gone => Self::new(ErrorKind::NotFound, "this link is used or too old")
                .with_hint("ask for another"),
            ResetError::Rules(problem) => Self::new(ErrorKind::Invalid, problem.to_string()),
            ResetError::Password(error) => password(error),
            ResetError::TooMany { retry_after } => slow(retry_after),
            ResetError::Store(error) => error.into(),
        }
    }
}
