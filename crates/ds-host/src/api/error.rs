//! Why the API did not do something: `{"error": {"kind", "message", "hint"}}`, with a status.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use ds_auth::BearerError;
use ds_core::error_chain;

use crate::{
    arrived::{FORM_LIMIT, Lost},
    control::wire::{Failure, Problem},
    ops::{ErrorKind, OpError},
};

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub(super) enum ApiError {
    #[error("a token is needed: `Authorization: Bearer dst_…`")]
    NoToken,
    #[error(transparent)]
    Bearer(#[from] BearerError),
    #[error("this token may only look at things")]
    ReadOnly,
    #[error("only somebody who runs this host may do that")]
    NoAdmin,
    #[error("there is nothing at this path")]
    NoPath,
    #[error("this path does not take that method")]
    NoMethod,
    #[error("more was sent than the {0} bytes that are taken")]
    TooLarge(u64),
    #[error("the rest of what was to be sent did not come")]
    Interrupted,
    #[error("there is no room for that on the host's disk")]
    NoRoom,
    #[error("the work ended in an unforeseen way")]
    Failed,
    #[error(transparent)]
    Operation(#[from] OpError),
}

impl From<Lost> for ApiError {
    fn from(lost: Lost) -> Self {
        match lost {
            Lost::TooLarge => Self::TooLarge(FORM_LIMIT as u64),
            Lost::TooSlow | Lost::Broken => Self::Interrupted,
        }
    }
}

/// What the host itself failed at is for whoever runs it, in the log.
const INTERNAL: &str = "the host could not do this, and nothing was changed";
const LOG: &str = "whoever runs this host finds the reason in its log";

impl ApiError {
    /// The status, and the kind in JSON.
    fn row(&self) -> (StatusCode, &'static str) {
        let of = |kind: ErrorKind| (kind.status(), kind.name());
        match self {
            Self::NoToken | Self::Bearer(BearerError::Unknown) => {
                (StatusCode::UNAUTHORIZED, "unauthorized")
            }
            Self::Bearer(BearerError::TooMany { .. }) => {
                (StatusCode::TOO_MANY_REQUESTS, "too-many")
            }
            Self::ReadOnly | Self::NoAdmin => of(ErrorKind::Forbidden),
            Self::NoPath => of(ErrorKind::NotFound),
            Self::NoMethod => (StatusCode::METHOD_NOT_ALLOWED, "method"),
            Self::TooLarge(_) => (StatusCode::PAYLOAD_TOO_LARGE, "too-large"),
            Self::Interrupted => (StatusCode::BAD_REQUEST, "interrupted"),
            Self::NoRoom => of(ErrorKind::Busy),
            Self::Bearer(BearerError::Store(_)) | Self::Failed => of(ErrorKind::Internal),
            Self::Operation(error) => of(error.kind()),
        }
    }

    fn hint(&self) -> Option<&str> {
        match self {
            Self::NoToken | Self::Bearer(BearerError::Unknown) => {
                Some("make one on the account site, under API tokens")
            }
            Self::ReadOnly => Some("make one with the scope `manage`"),
            Self::NoPath | Self::NoMethod => {
                Some("the guide's page about the API has all there are")
            }
            Self::NoRoom => Some("whoever runs this host can make room"),
            Self::Operation(error) => error.hint(),
            _ => None,
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, kind) = self.row();
        let mut problem = Problem {
            kind: kind.to_owned(),
            message: self.to_string(),
            hint: self.hint().map(str::to_owned),
        };
        if status == StatusCode::INTERNAL_SERVER_ERROR {
            tracing::error!(error = error_chain(&self), "the API could not do something");
            problem = hidden(problem.kind);
        }
        let mut response = (status, Json(Failure { error: problem })).into_response();
        let headers = response.headers_mut();
        if status == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static("Bearer");
            headers.insert(header::WWW_AUTHENTICATE, scheme);
        }
        if let Self::Bearer(BearerError::TooMany { retry_after }) = self {
            let seconds = HeaderValue::from(retry_after.as_secs().max(1));
            headers.insert(header::RETRY_AFTER, seconds);
        }
        response
    }
}

/// A failure of the host itself, as it is told.
pub(super) fn hidden(kind: String) -> Problem {
    Problem {
        kind,
        message: INTERNAL.to_owned(),
        hint: Some(LOG.to_owned()),
    }
}
