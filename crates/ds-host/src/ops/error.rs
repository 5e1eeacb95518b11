//! Why an operation was not done, and the one table of what each kind of reason becomes outside.

use std::{borrow::Cow, error::Error, fmt, time::Duration};

use ds_core::{StoreError, error_chain};
use http::StatusCode;

/// What kind of reason it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// Something that was named does not exist.
    NotFound,
    /// It clashes with something that exists already.
    Conflict,
    /// What was asked for breaks a rule.
    Invalid,
    /// Whoever asks may not.
    Forbidden,
    /// It cannot be done right now; later it may.
    Busy,
    /// The host itself failed.
    Internal,
}

impl ErrorKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::NotFound,
        Self::Conflict,
        Self::Invalid,
        Self::Forbidden,
        Self::Busy,
        Self::Internal,
    ];

    /// The one table: name in JSON, HTTP status, exit code of the command (as in `sysexits.h`).
    fn row(self) -> (&'static str, StatusCode, u8) {
        match self {
            Self::NotFound => ("not-found", StatusCode::NOT_FOUND, 66),
            Self::Conflict => ("conflict", StatusCode::CONFLICT, 73),
            Self::Invalid => ("invalid", StatusCode::UNPROCESSABLE_ENTITY, 65),
            Self::Forbidden => ("forbidden", StatusCode::FORBIDDEN, 77),
            Self::Busy => ("busy", StatusCode::SERVICE_UNAVAILABLE, 75),
            Self::Internal => ("internal", StatusCode::INTERNAL_SERVER_ERROR, 70),
        }
    }

    /// Its name in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().0
    }

    /// The HTTP status it becomes.
    #[must_use]
    pub fn status(self) -> StatusCode {
        self.row().1
    }

    /// The exit code of a command that failed with it.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        self.row().2
    }

    /// The kind with this name; a name that is not known is a failure of the host.
    #[must_use]
    pub fn named(name: &str) -> Self {
        let mut kinds = Self::ALL.into_iter();
        kinds
            .find(|kind| kind.name() == name)
            .unwrap_or(Self::Internal)
    }
}

/// Why an operation was not done. Nothing has changed.
///
/// `Display` is what happened; [`OpError::hint`] is what to do about it.
#[derive(Debug)]
pub struct OpError {
    kind: ErrorKind,
    message: Cow<'static, str>,
    hint: Option<Cow<'static, str>>,
    source: Option<Box<dyn Error + Send + Sync>>,
    retry_after: Option<Duration>,
}

impl OpError {
    /// A reason, in words for a person.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind,
            message: message.into(),
            hint: None,
            source: None,
            retry_after: None,
        }
    }

    /// The same, where it helps to wait so long.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// How long to wait, where that helps: there were too many attempts.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// The same with advice on what to do.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same with what caused it, for the log.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// A reason of a typed error, with everything that caused it in the message.
    #[must_use]
    pub fn caused(kind: ErrorKind, error: &(dyn Error + 'static)) -> Self {
        Self::new(kind, error_chain(error))
    }

    /// What kind of reason it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// What to do about it, if something can be done.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl fmt::Display for OpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for OpError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let source = self.source.as_deref()?;
        Some(source)
    }
}

impl From<StoreError> for OpError {
    fn from(error: StoreError) -> Self {
        let kind = match &error {
            StoreError::Taken { .. } => ErrorKind::Conflict,
            StoreError::Missing { .. } => ErrorKind::NotFound,
            StoreError::Broken { .. } | StoreError::Failed { .. } => ErrorKind::Internal,
        };
        Self::new(kind, error.to_string()).with_source(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_row_of_its_own() {
        for kind in ErrorKind::ALL {
            assert_eq!(ErrorKind::named(kind.name()), kind);
            let twins = ErrorKind::ALL.into_iter();
            let twins = twins.filter(|other| {
                other.status() == kind.status() || other.exit_code() == kind.exit_code()
            });
            assert_eq!(twins.count(), 1, "{kind:?}");
            assert!(kind.status().is_client_error() || kind.status().is_server_error());
            assert!(kind.exit_code() > 2);
        }
        assert_eq!(ErrorKind::named("no such kind"), ErrorKind::Internal);
    }

    #[test]
    fn causes_are_told_in_order() {
        let inner = std::io::Error::other("disk full");
        let outer = OpError::new(ErrorKind::Internal, "cannot write").with_source(inner);
        assert_eq!(error_chain(&outer), "cannot write: disk full");
        assert_eq!(outer.to_string(), "cannot write");
    }
}
