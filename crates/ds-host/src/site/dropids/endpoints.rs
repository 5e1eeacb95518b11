//! What programs ask: what this server says of itself, its keys, and for whom a code stands. Nobody has a session here.

use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use ds_auth::dropid::server::TokenError;
use ds_core::error_chain;
use serde_json::json;

use super::{super::error::SiteError, super::network, REDEMPTION_LIMIT, SiteState};

/// What never differs may be kept for a while; keys for as long as a client may remember them.
const KEPT: HeaderValue = HeaderValue::from_static("public, max-age=300");
const FORM: &str = "application/x-www-form-urlencoded";

/// `GET /.well-known/oauth-authorization-server`
pub(super) async fn metadata(State(site): State<SiteState>) -> Response {
    let document = site.ops.dropids().metadata.document();
    ([(header::CACHE_CONTROL, KEPT)], Json(document)).into_response()
}

/// `GET /.well-known/jwks.json`
pub(super) async fn keys(State(site): State<SiteState>) -> Result<Response, SiteError> {
    let keys = site.ops.dropids().keys.published().await;
    let keys = keys.map_err(SiteError::failed("read the keys that sign"))?;
    Ok(([(header::CACHE_CONTROL, KEPT)], Json(keys.document())).into_response())
}

/// `POST /dropid/authorize`: a client's server redeems a code.
pub(super) async fn redeem(
    State(site): State<SiteState>,
    network::From(from): network::From,
    request: Request,
) -> Response {
    if let Err(wait) = site.ops.dropids().redemptions.count_network(from) {
        let wait = HeaderValue::from(wait.as_secs().max(1));
        let refused = refusal(
            StatusCode::TOO_MANY_REQUESTS,
            "slow_down",
            "too many at once",
        );
        return ([(header::RETRY_AFTER, wait)], refused).into_response();
    }
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let is_form = kind.split(';').next().unwrap_or_default().trim();
    if !is_form.eq_ignore_ascii_case(FORM) {
        let words = "send a form (application/x-www-form-urlencoded)";
        return refusal(StatusCode::BAD_REQUEST, "invalid_request", words);
    }
    let body = axum::body::to_bytes(request.into_body(), REDEMPTION_LIMIT).await;
    let form = body
        .ok()
        .and_then(|body| String::from_utf8(body.into()).ok());
    let Some(form) = form else {
        let words = "the form cannot be read, or is too large";
        return refusal(StatusCode::BAD_REQUEST, "invalid_request", words);
    };
    match site.ops.redeem(&form).await {
        Ok(answer) => Json(answer).into_response(),
        Err(error) => refused(&error),
    }
}

fn refused(error: &TokenError) -> Response {
    if let Some(code) = error.code() {
        return refusal(StatusCode::BAD_REQUEST, code, &error.to_string());
    }
    tracing::error!(error = error_chain(error), "a code was not redeemed");
    let words = "the host could not do this; try again";
    refusal(StatusCode::INTERNAL_SERVER_ERROR, "server_error", words)
}

/// An error as RFC 6749, 5.2, has it.
fn refusal(status: StatusCode, code: &str, words: &str) -> Response {
    let body = json!({ "error": code, "error_description": words });
    (status, Json(body)).into_response()
}
