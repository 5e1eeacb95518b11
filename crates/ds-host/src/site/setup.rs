//! Making the first account, with the link that was printed when the host started.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::{Redirect, Response},
};
use ds_auth::PasswordRules;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::{
    SiteState,
    error::{SiteError, told},
    forms::{Asked, Fields},
    pages::{Setup, page},
    person, to_the_end,
};
use crate::ops::ErrorKind;

/// The form for the first account.
#[derive(Deserialize)]
pub(super) struct First {
    email: String,
    password: String,
    again: String,
}

/// A token after a `?`.
#[derive(Deserialize)]
pub(super) struct InQuery {
    token: String,
}

/// `GET /setup?token=…`: the same link, written the other way.
pub(super) async fn by_query(Asked(InQuery { token }): Asked<InQuery>) -> Redirect {
    let token = utf8_percent_encode(&token, NON_ALPHANUMERIC);
    Redirect::to(&format!("/setup/{token}"))
}

/// `GET /setup/{token}`
pub(super) async fn form(
    State(site): State<SiteState>,
    Path(token): Path<String>,
) -> Result<Response, SiteError> {
    if !site.ops.setup_token_accepted(&token) || !site.ops.needs_setup().await? {
        return Err(SiteError::SetupLink);
    }
    Ok(answer(StatusCode::OK, token, String::new(), None))
}

/// `POST /setup/{token}`
pub(super) async fn make(
    State(site): State<SiteState>,
    Path(token): Path<String>,
    headers: HeaderMap,
    Fields(first): Fields<First>,
) -> Result<Response, SiteError> {
    if !site.ops.setup_token_accepted(&token) {
        return Err(SiteError::SetupLink);
    }
    let email: String = first.email.chars().take(254).collect();
    if first.password != first.again {
        let problem = "The two passwords differ. Type the same one twice.".to_owned();
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(answer(status, token, email, Some(problem)));
    }
    let (ops, presented) = (site.ops.clone(), token.clone());
    let made =
        to_the_end(async move { ops.set_up(&presented, &first.email, first.password).await });
    match made.await? {
        Ok(account) => person::begin_new(&site, &headers, &account).await,
        Err(error) if error.kind() == ErrorKind::Invalid => {
            let problem = told(&error);
            Ok(answer(error.kind().status(), token, email, Some(problem)))
        }
        Err(error) if matches!(error.kind(), ErrorKind::Forbidden | ErrorKind::Conflict) => {
            Err(SiteError::SetupLink)
        }
        Err(error) => Err(error.into()),
    }
}

fn answer(status: StatusCode, token: String, email: String, problem: Option<String>) -> Response {
    let setup = Setup {
        token,
        email,
        shortest: PasswordRules::default().min_characters,
        problem,
    };
    page(status, &setup)
}
