//! What follows a password: a code, or a passkey.
//!
//! Between the two nobody is logged in. The browser has a cookie of its own that says whose password was given, good
//! for five minutes and for nothing else; the session begins when the second step was right.

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use ds_auth::cookie::Kind;
use ds_core::secret::Token;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::{
    super::{
        SiteState,
        error::SiteError,
        forms::{Asked, Fields},
        local_path::LocalPath,
        network::From,
        pages::page,
        person,
        refusal::Told,
        single_sign_on,
    },
    Next,
};
use crate::ops::ErrorKind;

/// The page that asks for it.
#[derive(Debug, Template)]
#[template(path = "second.html")]
struct SecondPage {
    /// Whether a code is taken.
    code: bool,
    /// Whether a passkey is.
    passkey: bool,
    /// Where to go afterwards.
    next: String,
    /// The appspace that asked for it.
    to: Option<String>,
    /// Why it did not work.
    problem: Option<String>,
}

/// A code that was typed.
#[derive(Deserialize)]
pub(super) struct Typed {
    code: String,
    next: Option<String>,
}

/// Sends somebody whose password was right to the second step.
pub(super) fn ask(site: &SiteState, half: &Token, next: &LocalPath) -> Response {
    let cookie = site.cookies.set(Kind::Half, half, Kind::Half.max_age());
    let cookie = AppendHeaders([(header::SET_COOKIE, cookie)]);
    let next = utf8_percent_encode(next.as_str(), NON_ALPHANUMERIC);
    let to = format!("/login/second?next={next}");
    (cookie, Redirect::to(&to)).into_response()
}

/// `GET /login/second`
pub(super) async fn form(
    State(site): State<SiteState>,
    headers: HeaderMap,
    Asked(Next { next }): Asked<Next>,
) -> Result<Response, SiteError> {
    let next = LocalPath::or_root(next.as_deref());
    answer(&site, &headers, &next, StatusCode::OK, None).await
}

/// `POST /login/second`
pub(super) async fn by_code(
    State(site): State<SiteState>,
    From(from): From,
    headers: HeaderMap,
    Fields(typed): Fields<Typed>,
) -> Result<Response, SiteError> {
    let next = LocalPath::or_root(typed.next.as_deref());
    let Some(half) = site.cookies.read(&headers, Kind::Half) else {
        return Ok(person::to_log_in(next.as_str()).into_response());
    };
    let error = match site.ops.log_in_with_code(&half, &typed.code, from).await {
        Ok(account) => return person::begin(&site, &headers, account, next.as_str()).await,
        // It took too long: from the beginning.
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Ok(person::to_log_in(next.as_str()).into_response());
        }
        Err(error) => error,
    };
    let told = Told::of(error)?;
    let page = answer(&site, &headers, &next, told.status, Some(told.text.clone())).await?;
    Ok(told.with_headers(page))
}

async fn answer(
    site: &SiteState,
    headers: &HeaderMap,
    next: &LocalPath,
    status: StatusCode,
    problem: Option<String>,
) -> Result<Response, SiteError> {
    let half = site.cookies.read(headers, Kind::Half);
    let found = match half {
        Some(half) => site.ops.half_logged_in(&half).await?,
        None => None,
    };
    let Some((_, step)) = found else {
        return Ok(person::to_log_in(next.as_str()).into_response());
    };
    let view = SecondPage {
        code: step.code || !step.passkey,
        passkey: step.passkey && site.ops.has_passkeys(),
        next: next.to_string(),
        to: single_sign_on::named_in(site, next),
        problem,
    };
    Ok(page(status, &view))
}
