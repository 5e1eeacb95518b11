//! What scripts of our pages send.

use axum::{
    Json,
    extract::{FromRequest, Request, rejection::JsonRejection},
    http::StatusCode,
};
use serde::de::DeserializeOwned;

use super::refusal::Problem;
use crate::ops::{ErrorKind, OpError};

/// A body of JSON; what cannot be read is answered so that a script can show it.
pub(super) struct Sent<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Sent<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let sent = Json::from_request(request, state).await;
        sent.map(|Json(sent)| Self(sent))
            .map_err(|rejection: JsonRejection| {
                let what = if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                    "that is too large"
                } else {
                    "what your browser sent cannot be read"
                };
                OpError::new(ErrorKind::Invalid, what).into()
            })
    }
}
