//! `/tokens`: tokens by which programs use the API for whoever is logged in.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use ds_auth::{API_TOKEN_DAYS, ApiToken};
use serde::Deserialize;

use super::{
    SiteState,
    error::{SiteError, told},
    forms::Fields,
    pages::{Frame, Here, page},
    person::Person,
    words,
};
use crate::ops::{ErrorKind, OpError};

/// The days to choose from; 0 is for ever.
const DAYS: [(u32, &str); 5] = [
    (7, "7 days"),
    (30, "30 days"),
    (API_TOKEN_DAYS, "90 days"),
    (365, "A year"),
    (0, "For ever"),
];

/// The page.
#[derive(Debug, Template)]
#[template(path = "tokens.html")]
struct TokensPage {
    frame: Frame,
    tokens: Vec<Row>,
    /// The token that was just made, and what it is called.
    made: Option<(String, String)>,
    problem: Option<String>,
    days: &'static [(u32, &'static str)],
    usual: u32,
    api: String,
}

/// A token.
#[derive(Debug)]
struct Row {
    id: String,
    name: String,
    /// What it may do, until when, and whether it is used.
    facts: String,
    is_over: bool,
}

impl Row {
    fn of(token: &ApiToken, is_over: bool) -> Self {
        let scope = match token.scope {
            ds_auth::Scope::Read => "may look",
            ds_auth::Scope::Manage => "may change things",
        };
        let ends = match token.expires {
            Some(end) if is_over => format!("ended {}", words::date(end)),
            Some(end) => format!("until {}", words::date(end)),
            None => "for ever".to_owned(),
        };
        let used = match token.last_used {
            Some(used) => format!("last used {}", words::time(used)),
            None => "never used".to_owned(),
        };
        Self {
            id: token.id.to_string(),
            name: token.name.clone(),
            facts: format!("{scope}, {ends}, {used}"),
            is_over,
        }
    }
}

/// What was typed.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    name: String,
    scope: String,
    days: u32,
}

/// What was chosen.
#[derive(Debug, Deserialize)]
pub(super) struct Chosen {
    token: String,
}

/// `GET /tokens`
pub(super) async fn list(
    State(site): State<SiteState>,
    person: Person,
) -> Result<Response, SiteError> {
    answer(&site, &person, StatusCode::OK, None, None).await
}

/// `POST /tokens`
pub(super) async fn make(
    State(site): State<SiteState>,
    person: Person,
    Fields(Wanted { name, scope, days }): Fields<Wanted>,
) -> Result<Response, SiteError> {
    let days = Some(days).filter(|days| *days > 0);
    let made = site.ops.make_token(person.account.id, &name, &scope, days);
    match made.await {
        Ok((token, secret)) => {
            let made = Some((token.name, secret));
            answer(&site, &person, StatusCode::CREATED, made, None).await
        }
        Err(error) => {
            let status = error.kind().status();
            answer(&site, &person, status, None, Some(&error)).await
        }
    }
}

/// `POST /tokens/revoke`
pub(super) async fn revoke(
    State(site): State<SiteState>,
    person: Person,
    Fields(Chosen { token }): Fields<Chosen>,
) -> Result<Response, SiteError> {
    match site.ops.revoke_token(person.account.id, &token).await {
        // It was revoked before: the page shows that.
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
        _ => Ok(Redirect::to("/tokens").into_response()),
    }
}

async fn answer(
    site: &SiteState,
    person: &Person,
    status: StatusCode,
    made: Option<(String, String)>,
    problem: Option<&OpError>,
) -> Result<Response, SiteError> {
    let now = site.ops.now();
    let tokens = site.ops.list_tokens(person.account.id).await?;
    let tokens = tokens.iter().rev();
    let view = TokensPage {
        frame: person.frame(Here::Account),
        tokens: tokens.map(|one| Row::of(one, one.is_over(now))).collect(),
        made,
        problem: problem.map(told),
        days: &DAYS,
        usual: API_TOKEN_DAYS,
        api: format!("{}{}", site.origin(), crate::api::ROOT),
    };
    Ok(page(status, &view))
}
