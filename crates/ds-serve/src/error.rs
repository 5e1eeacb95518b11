//! Why a request was not answered by the app, and the one table that turns reasons into statuses.

use std::time::Duration;

use ds_auth::{AuthError, Denied};
use ds_core::{Closed, Timestamp};
use ds_sandbox::{Death, RequestError, StartError};
use http::StatusCode;

use crate::DirectoryError;

/// Why a request was not answered by the app.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The request names no host, or not a valid one.
    #[error("the request does not say which host it is for")]
    NoHost,
    /// The request's target is no path.
    #[error("the request's path cannot be understood")]
    BadTarget,
    /// Nothing answers at this address.
    #[error("there is no appspace at this address")]
    NoAppspace,
    /// A preview was at this address, if anything.
    #[error("this preview is closed")]
    NoPreview,
    /// The appspace could not be looked up.
    #[error("the appspace could not be looked up")]
    Directory(#[from] DirectoryError),
    /// It is closed right now.
    #[error("this appspace is not available: {0}")]
    Closed(#[from] Closed),
    /// The app answers to nothing like this.
    #[error("there is nothing at this path")]
    NoRoute,
    /// The app answers at this path, but has no such file.
    #[error("there is no such file")]
    NoFile,
    /// Who asks could not be told.
    #[error("{}", unknown(.0))]
    Auth(#[source] AuthError),
    /// They may not.
    #[error("{0}")]
    Denied(#[from] Denied),
    /// It is a preview, and somebody else's.
    #[error("this preview is for the owner of the appspace alone")]
    NotYourPreview,
    /// It is a preview, where nothing can be changed.
    #[error("this is a preview of how it was on {}, and nothing can be changed here", Minute(*.made))]
    Preview {
        /// When the snapshot was made.
        made: Timestamp,
    },
    /// Another site sent a member's browser here to change something.
    #[error("this request was sent by another site, so it is refused")]
    CrossSite,
    /// A page wanted to log its visitor in by itself.
    #[error("another page wanted to log you in here, so it is refused")]
    NotOpened,
    /// A browser asked whether a script of another site may use this appspace.
    #[error("the app does not let other sites' scripts use it")]
    OtherOrigin,
    /// A login link was used, is old, or belongs to another browser.
    #[error("this login link cannot be used: it is old, used already, or from another browser")]
    StaleLogin,
    /// The host could not remember the login.
    #[error("the login could not be recorded")]
    Login(#[source] ds_core::StoreError),
    /// It has more than may be sent to this appspace at once.
    #[error("this is more than the {} that may be sent to this appspace at once", Size(*.limit))]
    TooLarge {
        /// How many bytes may.
        limit: u64,
    },
    /// The app's code could not be started.
    #[error("the app could not be started")]
    Start(#[from] StartError),
    /// The app's code did not answer.
    #[error("the app did not answer")]
    Request(#[from] RequestError),
    /// A file could not be read.
    #[error("a file could not be read")]
    File(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl ServeError {
    /// The status that says this.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NoHost | Self::BadTarget | Self::StaleLogin => StatusCode::BAD_REQUEST,
            Self::Denied(Denied::NotLoggedIn) | Self::Auth(AuthError::Token) => {
                StatusCode::UNAUTHORIZED
            }
            Self::Denied(Denied::Lacks(_))
            | Self::CrossSite
            | Self::NotOpened
            | Self::OtherOrigin
            | Self::NotYourPreview
            | Self::Preview { .. } => StatusCode::FORBIDDEN,
            Self::NoAppspace | Self::NoPreview | Self::NoRoute | Self::NoFile => {
                StatusCode::NOT_FOUND
            }
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Closed(_)
            | Self::Start(
                StartError::CrashLoop { .. }
                | StartError::Busy { .. }
                | StartError::Ended(Death::Stopped { .. }),
            ) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Start(StartError::Engine(_) | StartError::Spawn { .. })
            | Self::Directory(_)
            | Self::Auth(_)
            | Self::Login(_)
            | Self::File(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Start(StartError::NotReady { .. })
            | Self::Request(RequestError::TimedOut { .. }) => StatusCode::GATEWAY_TIMEOUT,
            Self::Start(StartError::App { .. } | StartError::Ended(_))
            | Self::Request(RequestError::Ended(_) | RequestError::Broken(_)) => {
                StatusCode::BAD_GATEWAY
            }
        }
    }

    /// When to try again, for answers that pass.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Closed(Closed::Held(_))
            | Self::Start(StartError::Ended(Death::Stopped { .. })) => Some(Duration::from_secs(5)),
            Self::Closed(Closed::Standing(_)) => Some(Duration::from_mins(2)),
            Self::Start(
                StartError::CrashLoop { retry_after } | StartError::Busy { retry_after },
            ) => Some(*retry_after),
            _ => None,
        }
    }

    /// What the person can do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoHost | Self::BadTarget => "Check the address.",
            Self::NoAppspace => "Check the spelling, or ask the person who gave you the address.",
            Self::NoPreview => {
                "Previews close by themselves after a while. Open the snapshot again on the appspace's page."
            }
            Self::NotYourPreview => "Ask its owner to show it to you.",
            Self::Preview { .. } => {
                "To go on from here, put this snapshot back on the appspace's page."
            }
            Self::NoRoute | Self::NoFile => "Check the address, or start at the front page.",
            Self::Closed(Closed::Held(_))
            | Self::Start(StartError::Ended(Death::Stopped { .. })) => "Try again in a moment.",
            Self::Closed(Closed::Standing(_)) => "Try again later, or ask its owner.",
            Self::Denied(Denied::NotLoggedIn) => "Log in and try again.",
            Self::Denied(Denied::Lacks(_)) => {
                "Permissions are given by the owner of this appspace."
            }
            Self::Auth(AuthError::Token) => {
                "Ask the owner of this appspace for another key, or let the program in again."
            }
            Self::OtherOrigin => {
                "The app's authors can allow it with `cors` in its manifest; such scripts then come with a token."
            }
            Self::NotOpened => "Open the app in a tab of its own and log in there.",
            Self::CrossSite => "Go to the app's own page and do it there.",
            Self::StaleLogin => "Go to the app's front page and log in again.",
            Self::TooLarge { .. } => {
                "Send less at once. The owner of this appspace can raise the limit (request_mib)."
            }
            Self::Start(StartError::Busy { .. }) => {
                "Others are using all the room this host has. Try again in a moment; if it goes on, tell the person who runs this host."
            }
            Self::Start(StartError::CrashLoop { .. }) => {
                "It failed several times in a row and is left alone for a while. The owner finds the reason in the appspace's log."
            }
            Self::Start(_) | Self::Request(_) => {
                "Try again. If it happens again, the owner finds the reason in the appspace's log."
            }
            Self::Directory(_) | Self::Auth(_) | Self::Login(_) | Self::File(_) => {
                "Try again. If it happens again, the person who runs this host finds the reason in its log."
            }
        }
    }
}

/// A wrong token is the client's affair, and is told; what fails in the host is not.
fn unknown(error: &AuthError) -> String {
    match error {
        AuthError::Token => error.to_string(),
        AuthError::Store(_) => "could not check who is asking".to_owned(),
    }
}

impl From<AuthError> for ServeError {
    fn from(error: AuthError) -> Self {
        Self::Auth(error)
    }
}

/// A moment as people read it: `2026-11-22 14:05 UTC`.
struct Minute(Timestamp);

impl std::fmt::Display for Minute {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = self.0.to_string();
        match (text.get(..10), text.get(11..16)) {
            (Some(day), Some(minute)) => write!(f, "{day} {minute} UTC"),
            _ => f.write_str(&text),
        }
    }
}

/// So many bytes, in words.
struct Size(u64);

impl std::fmt::Display for Size {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 >> 20 {
            0 => write!(f, "{} bytes", self.0),
            mib => write!(f, "{mib} MiB"),
        }
    }
}

#[cfg(test)]
mod tests {
    use ds_core::{Closure, Reason};

    use super::*;

    #[test]
    fn closed_appspaces_say_when_to_come_back() {
        for closed in [
            Closed::Held(Reason::Snapshot),
            Closed::Standing(Closure::Paused),
        ] {
            let error = ServeError::Closed(closed);
            assert_eq!(error.status(), StatusCode::SERVICE_UNAVAILABLE);
            assert!(error.retry_after().is_some());
        }
        assert_eq!(ServeError::NoRoute.retry_after(), None);
    }

    #[test]
    fn what_passes_says_when_to_come_back() {
        let check = |error: StartError, expect: Option<u64>| {
            let shown = error.to_string();
            let error = ServeError::from(error);
            let after = error.retry_after().map(|after| after.as_secs());
            assert_eq!(after, expect, "{shown}");
            let is_503 = error.status() == StatusCode::SERVICE_UNAVAILABLE;
            assert_eq!(is_503, expect.is_some(), "{shown}");
            assert_ne!(error.hint(), "", "{shown}");
        };
        let retry_after = Duration::from_secs(7);
        check(StartError::Busy { retry_after }, Some(7));
        check(StartError::CrashLoop { retry_after }, Some(7));
        let (reason, killed) = (ds_sandbox::StopReason::Shutdown, false);
        check(
            StartError::Ended(Death::Stopped { reason, killed }),
            Some(5),
        );
        check(StartError::Ended(Death::OutOfMemory), None);
        check(StartError::Engine("no Deno".into()), None);
    }
}
