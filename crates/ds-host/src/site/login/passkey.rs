//! Logging in with a passkey: what the script of the log-in page asks for and sends.

use axum::{
    Json,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use ds_auth::{
    Standing,
    cookie::Kind,
    passkeys::{Assertion, RequestChallenge},
};
use ds_core::secret::Token;
use serde::{Deserialize, Serialize};

use super::super::{
    SiteState, error::SiteError, json::Sent, local_path::LocalPath, network::From, person,
    refusal::Problem,
};
use crate::ops::{ErrorKind, OpError};

/// What a browser is to ask a device for.
#[derive(Serialize)]
pub(super) struct Begun {
    ceremony: String,
    options: RequestChallenge,
}

/// What the device said.
#[derive(Deserialize)]
pub(super) struct Used {
    ceremony: String,
    credential: Assertion,
    next: Option<String>,
}

/// `POST /login/passkey/begin`
pub(super) async fn begin(
    State(site): State<SiteState>,
    from: From,
) -> Result<Json<Begun>, Problem> {
    begun(&site, None, from).await
}

/// `POST /login/second/passkey/begin`
pub(super) async fn begin_second(
    State(site): State<SiteState>,
    from: From,
    headers: HeaderMap,
) -> Result<Json<Begun>, Problem> {
    let half = half(&site, &headers)?;
    begun(&site, Some(&half), from).await
}

/// `POST /login/passkey`
pub(super) async fn finish(
    State(site): State<SiteState>,
    from: From,
    headers: HeaderMap,
    Sent(used): Sent<Used>,
) -> Result<Response, Problem> {
    let account = check(&site, None, &used, from).await?;
    go_on(&site, &headers, account, &used).await
}

/// `POST /login/second/passkey`
pub(super) async fn finish_second(
    State(site): State<SiteState>,
    from: From,
    headers: HeaderMap,
    Sent(used): Sent<Used>,
) -> Result<Response, Problem> {
    let half = half(&site, &headers)?;
    let account = check(&site, Some(&half), &used, from).await?;
    go_on(&site, &headers, account, &used).await
}

fn half(site: &SiteState, headers: &HeaderMap) -> Result<Token, Problem> {
    let half = site.cookies.read(headers, Kind::Half);
    half.ok_or_else(|| {
        OpError::new(ErrorKind::NotFound, "that took too long")
            .with_hint("log in again from the beginning")
            .into()
    })
}

async fn begun(
    site: &SiteState,
    half: Option<&Token>,
    From(from): From,
) -> Result<Json<Begun>, Problem> {
    let (ceremony, options) = site.ops.begin_passkey_log_in(half, from).await?;
    let ceremony = ceremony.reveal().to_owned();
    Ok(Json(Begun { ceremony, options }))
}

async fn check(
    site: &SiteState,
    half: Option<&Token>,
    used: &Used,
    From(from): From,
) -> Result<Standing, OpError> {
    let ceremony = Token::presented(&used.ceremony);
    let ops = &site.ops;
    ops.log_in_with_passkey(half, &ceremony, &used.credential, from)
        .await
}

/// The session, and where the script goes then.
async fn go_on(
    site: &SiteState,
    headers: &HeaderMap,
    who: Standing,
    used: &Used,
) -> Result<Response, Problem> {
    let next = LocalPath::or_root(used.next.as_deref());
    let cookies = person::begin_session(site, headers, who).await;
    let cookies = cookies.map_err(|error| match error {
        SiteError::Operation(refused) => refused,
        error => OpError::new(ErrorKind::Internal, "cannot begin a session").with_source(error),
    })?;
    let to = Json(serde_json::json!({ "to": next.as_str() }));
    Ok((cookies, to).into_response())
}
