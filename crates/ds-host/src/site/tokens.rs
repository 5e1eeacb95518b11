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
    error::SiteError,
    forms::Fields,
    network::From,
    pages::{Frame, Here, page},
    person::Person,
    refusal::Told,
    words,
};
use crate::ops::ErrorKind;

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
    /// What was typed and not made.
    name: String,
    /// Whether it was to change things.
    manages: bool,
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
    password: String,
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
    answer(&site, &person, Outcome::default()).await
}

/// `POST /tokens`
pub(super) async fn make(
    State(site): State<SiteState>,
    From(from): From,
    person: Person,
    Fields(wanted): Fields<Wanted>,
) -> Result<Response, SiteError> {
    let who = person.standing(&site).await?;
    let made = async {
        let password = wanted.password.clone();
        site.ops.confirm(&person.account, password, from).await?;
        let days = Some(wanted.days).filter(|days| *days > 0);
        let (name, scope) = (&wanted.name, &wanted.scope);
        site.ops.make_token(who, name, scope, days).await
    };
    match made.await {
        Ok((token, secret)) => {
            let token = Some((token.name, secret));
            let shown = answer(
                &site,
                &person,
                Outcome {
                    token,
                    ..Outcome::default()
                },
            );
            let mut shown = shown.await?;
            *shown.status_mut() = StatusCode::CREATED;
            Ok(shown)
        }
        Err(error) => {
            let told = Told::of(error)?;
            let problem = Some(told.text.clone());
            let shown = answer(
                &site,
                &person,
                Outcome {
                    problem,
                    typed: Some(wanted),
                    ..Outcome::default()
                },
            );
            let mut shown = told.with_headers(shown.await?);
            *shown.status_mut() = told.status;
            Ok(shown)
        }
    }
}

/// What came of making one.
#[derive(Default)]
struct Outcome {
    token: Option<(String, String)>,
    problem: Option<String>,
    /// What was wanted and not made.
    typed: Option<Wanted>,
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

async fn answer(site: &SiteState, person: &Person, of: Outcome) -> Result<Response, SiteError> {
    let now = site.ops.now();
    let tokens = site.ops.list_tokens(person.account.id).await?;
    let tokens = tokens.iter().rev();
    let typed = of.typed;
    let view = TokensPage {
        frame: person.frame(Here::Account),
        tokens: tokens.map(|one| Row::of(one, one.is_over(now))).collect(),
        made: of.token,
        usual: typed.as_ref().map_or(API_TOKEN_DAYS, |typed| typed.days),
        manages: typed.as_ref().is_some_and(|typed| typed.scope == "manage"),
        name: typed.map_or(String::new(), |typed| typed.name),
        problem: of.problem,
        days: &DAYS,
        api: format!("{}{}", site.origin(), crate::api::ROOT),
    };
    Ok(page(StatusCode::OK, &view))
}
