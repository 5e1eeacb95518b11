//! Forms and queries as they arrive; what cannot be read becomes a page that says so.

use axum::{
    extract::{Form, FromRequest, FromRequestParts, Query, Request, rejection::FormRejection},
    http::{StatusCode, request::Parts},
};
use serde::de::DeserializeOwned;

use super::error::SiteError;

/// The fields of a form.
pub(crate) struct Fields<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Fields<T> {
    type Rejection = SiteError;

    async fn from_request(request: Request, state: &S) -> Result<Self, SiteError> {
        let form = Form::from_request(request, state).await;
        form.map(|Form(fields)| Self(fields))
            .map_err(|rejection: FormRejection| {
                if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                    SiteError::TooLarge
                } else {
                    SiteError::BadForm
                }
            })
    }
}

/// What stands after the `?`.
pub(crate) struct Asked<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = SiteError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, SiteError> {
        let query = Query::from_request_parts(parts, state).await;
        query
            .map(|Query(asked)| Self(asked))
            .map_err(|_| SiteError::BadForm)
    }
}
