//! What somebody is told who was refused: on a page, and to the scripts of our pages.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{
    error::{SiteError, told},
    login::{slow, wait},
};
use crate::ops::{ErrorKind, OpError};

/// Words and status for a refusal.
pub(super) struct Told {
    pub(super) status: StatusCode,
    pub(super) text: String,
    retry_after: Option<std::time::Duration>,
}

impl Told {
    /// What to say; what the host itself failed at is an error of the page.
    pub(super) fn of(error: OpError) -> Result<Self, SiteError> {
        if error.kind() == ErrorKind::Internal {
            return Err(error.into());
        }
        Ok(match error.retry_after() {
            Some(retry_after) => Self {
                status: StatusCode::TOO_MANY_REQUESTS,
                text: slow(retry_after),
                retry_after: Some(retry_after),
            },
            None => Self {
                status: error.kind().status(),
                text: told(&error),
                retry_after: None,
            },
        })
    }

    /// A page with the headers that belong to it.
    pub(super) fn with_headers(&self, page: Response) -> Response {
        match self.retry_after {
            Some(retry_after) => (wait(retry_after), page).into_response(),
            None => page,
        }
    }
}

/// A refusal for a script, as JSON: `{"problem": "…"}`.
pub(super) struct Problem(OpError);

impl From<OpError> for Problem {
    fn from(error: OpError) -> Self {
        Self(error)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        match Told::of(self.0) {
            Ok(told) => {
                let body = Json(json!({ "problem": &told.text }));
                told.with_headers((told.status, body).into_response())
            }
            Err(error) => {
                // The page would be lost on a script; what it says in the log is not.
                let status = error.into_response().status();
                let text = "The host could not do this. Try again in a moment.";
                (status, Json(json!({ "problem": text }))).into_response()
            }
        }
    }
}
