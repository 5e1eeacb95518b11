//! What an appspace says of itself to other hosts.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};

use super::logins::client;
use crate::{
    entrance::{At, EntranceState},
    site::SiteError,
};

/// `GET /.dropserver/client`: a Client ID Metadata Document.
pub(super) async fn document(
    State(state): State<EntranceState>,
    at: At,
) -> Result<Response, SiteError> {
    let client = client(state.site.ops.names(), &at).ok_or(SiteError::NoPage)?;
    Ok(Json(client.document(at.appspace.address.as_str())).into_response())
}
