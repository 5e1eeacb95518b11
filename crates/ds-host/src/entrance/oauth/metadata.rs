//! What a program reads first: where it is let in, and to what (RFC 8414, RFC 9728).

use axum::{Json, extract::State};
use serde_json::{Value, json};

use super::{AUTHORIZE_PATH, issuer, origin};
use crate::{
    entrance::{At, EntranceState},
    site::SiteError,
};

/// `GET …/oauth/resource`. Every 401 of an appspace tells programs this address.
pub(super) async fn resource(
    State(state): State<EntranceState>,
    at: At,
) -> Result<Json<Value>, SiteError> {
    Ok(Json(json!({
        "resource": origin(&state, &at),
        "authorization_servers": [issuer(&state, &at)],
        "bearer_methods_supported": ["header"],
        "scopes_supported": scopes(&state, &at).await?,
    })))
}

/// `GET …/oauth/.well-known/oauth-authorization-server`
pub(super) async fn server(
    State(state): State<EntranceState>,
    at: At,
) -> Result<Json<Value>, SiteError> {
    let (origin, issuer) = (origin(&state, &at), issuer(&state, &at));
    Ok(Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{origin}{AUTHORIZE_PATH}"),
        "token_endpoint": format!("{issuer}/token"),
        "device_authorization_endpoint": format!("{issuer}/device"),
        "revocation_endpoint": format!("{issuer}/revoke"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", super::token::DEVICE_GRANT],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "authorization_response_iss_parameter_supported": true,
        "scopes_supported": scopes(&state, &at).await?,
    })))
}

/// The permissions of the app that runs there.
async fn scopes(state: &EntranceState, at: &At) -> Result<Vec<String>, SiteError> {
    let known = state.site.ops.permissions_at(&at.appspace).await?;
    Ok(known.into_iter().map(|one| one.name.to_string()).collect())
}
