//! Whose entrance a request came to.

use std::{ops::Deref, sync::Arc};

use axum::{extract::FromRequestParts, http::request::Parts};
use ds_serve::Site;

use crate::site::SiteError;

/// The appspace that a request is for.
#[derive(Clone)]
pub struct At(pub Arc<Site>);

impl Deref for At {
    type Target = Site;

    fn deref(&self) -> &Site {
        &self.0
    }
}

impl<S: Send + Sync> FromRequestParts<S> for At {
    type Rejection = SiteError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, SiteError> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or(SiteError::NoPage)
    }
}
