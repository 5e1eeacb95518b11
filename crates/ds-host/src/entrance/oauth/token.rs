//! What programs ask for themselves: to begin without a browser, for their token, and to end it.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
};

use axum::{
    Json,
    body::Bytes,
    extract::{ConnectInfo, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use ds_auth::{
    MemberToken, MemberTokenError, TokenKind,
    oauth::{GrantError, client_name, scope},
};
use ds_core::error_chain;
use serde_json::json;

use super::{DEVICE_PATH, consent, origin, pairs};
use crate::entrance::{At, EntranceState};

/// How a program says that it shows a code.
pub(super) const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// No request has more parameters.
const PARAMETERS: usize = 30;

/// An answer that says no, as OAuth 2 writes it.
pub(super) struct Refused(GrantError);

impl From<GrantError> for Refused {
    fn from(error: GrantError) -> Self {
        Self(error)
    }
}

impl axum::response::IntoResponse for Refused {
    fn into_response(self) -> Response {
        let error = self.0;
        let (status, description) = match &error {
            GrantError::TooMany(_) => (StatusCode::TOO_MANY_REQUESTS, error.to_string()),
            GrantError::Token(inner @ MemberTokenError::TooMany(_)) => {
                (StatusCode::BAD_REQUEST, inner.to_string())
            }
            GrantError::Token(_) => {
                let error = error_chain(&error);
                tracing::error!(error, "a program was let in and got no token");
                let text = "the host could not do this; try again in a moment".to_owned();
                (StatusCode::INTERNAL_SERVER_ERROR, text)
            }
            _ => (StatusCode::BAD_REQUEST, error.to_string()),
        };
        let body = Json(json!({ "error": error.code(), "error_description": description }));
        let mut response = (status, body).into_response();
        if let GrantError::TooMany(wait) = error {
            let seconds = HeaderValue::from(wait.as_secs().max(1));
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        response
    }
}

/// The parameters of a request, none of them twice.
struct Parameters(BTreeMap<String, String>);

impl Parameters {
    fn read(form: &[u8]) -> Result<Self, GrantError> {
        let mut all = BTreeMap::new();
        for (name, value) in pairs(form) {
            if all.len() >= PARAMETERS || all.insert(name, value).is_some() {
                return Err(GrantError::Request(
                    "a parameter is there twice, or there are too many",
                ));
            }
        }
        Ok(Self(all))
    }

    fn get(&self, name: &str, missing: &'static str) -> Result<&str, GrantError> {
        let value = self.0.get(name).filter(|value| !value.is_empty());
        value
            .map(String::as_str)
            .ok_or(GrantError::Request(missing))
    }

    fn client(&self) -> Result<String, GrantError> {
        const WHAT: &str = "client_id is missing; it is a name of 1 to 80 characters, for people";
        client_name(self.get("client_id", WHAT)?).ok_or(GrantError::Request(WHAT))
    }
}

/// `POST …/oauth/token`
pub(super) async fn token(
    State(state): State<EntranceState>,
    at: At,
    form: Bytes,
) -> Result<Response, Refused> {
    let sent = Parameters::read(&form)?;
    let client = sent.client()?;
    let (id, native) = (at.appspace.id, state.site.ops.keys().native());
    let made = match sent.get("grant_type", "grant_type is missing")? {
        "authorization_code" => {
            let code = sent.get("code", "code is missing")?;
            let redirect = sent.get("redirect_uri", "redirect_uri is missing")?;
            let verifier = sent.get("code_verifier", "code_verifier is missing")?;
            native.redeem(id, &client, redirect, code, verifier).await?
        }
        DEVICE_GRANT => {
            let code = sent.get("device_code", "device_code is missing")?;
            native.poll(id, &client, code).await?
        }
        _ => return Err(GrantError::GrantType.into()),
    };
    Ok(given(&made))
}

fn given((token, text): &(MemberToken, String)) -> Response {
    let scope = token.scope.iter().flatten();
    let scope: Vec<&str> = scope.map(ds_core::Permission::as_str).collect();
    Json(json!({
        "access_token": text,
        "token_type": "Bearer",
        "scope": scope.join(" "),
    }))
    .into_response()
}

/// `POST …/oauth/device`
pub(super) async fn device(
    State(state): State<EntranceState>,
    at: At,
    connection: Option<axum::Extension<ConnectInfo<SocketAddr>>>,
    form: Bytes,
) -> Result<Response, Response> {
    let told = |error: GrantError| Refused(error).into_response();
    let sent = Parameters::read(&form).map_err(told)?;
    let client = sent.client().map_err(told)?;
    let asked = sent.0.get("scope").map(String::as_str).unwrap_or_default();
    let asked = scope(asked).ok_or(GrantError::Scope).map_err(told)?;
    let is_known = consent::is_known(&state, &at, &asked).await;
    if !is_known.map_err(axum::response::IntoResponse::into_response)? {
        return Err(told(GrantError::Scope));
    }
    let from: Option<IpAddr> = connection.map(|axum::Extension(ConnectInfo(from))| from.ip());
    let native = state.site.ops.keys().native();
    let begun = native
        .begin(at.appspace.id, from, client, asked)
        .map_err(told)?;
    let page = format!("{}{DEVICE_PATH}", origin(&state, &at));
    Ok(Json(json!({
        "device_code": begun.device_code,
        "user_code": begun.user_code,
        "verification_uri": page,
        "verification_uri_complete": format!("{page}?user_code={}", begun.user_code),
        "expires_in": begun.lasts.as_secs(),
        "interval": begun.interval.as_secs(),
    }))
    .into_response())
}

/// `POST …/oauth/revoke`: whoever has a program's token may end it (RFC 7009). Whether it was one is not told. Keys are
/// ended by the appspace's owner alone.
pub(super) async fn revoke(
    State(state): State<EntranceState>,
    at: At,
    form: Bytes,
) -> Result<StatusCode, Refused> {
    let sent = Parameters::read(&form)?;
    let text = sent.get("token", "token is missing")?;
    let (id, tokens) = (at.appspace.id, state.site.ops.keys().tokens());
    let found = tokens.presented(id, text).await;
    let found = found.map_err(|error| GrantError::Token(error.into()))?;
    if let Some(token) = found.filter(|token| token.kind == TokenKind::Client) {
        match tokens.remove(id, token.id).await {
            Ok(()) | Err(MemberTokenError::NotThere) => {}
            Err(error) => return Err(GrantError::Token(error).into()),
        }
    }
    Ok(StatusCode::OK)
}
