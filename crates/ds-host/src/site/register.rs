//! `/register`: people who come by themselves, where the host takes them.
//!
//! Where addresses are proven, the form asks for nothing but the address, and what is answered is the same whether it has an
//! account; what follows is mailed.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::get,
};
use ds_auth::PasswordRules;
use serde::Deserialize;

use super::{
    SiteState, error::SiteError, forms::Fields, network::From, pages::page, person, refusal::Told,
    to_the_end,
};
use crate::ops::{ErrorKind, OpError, RegistrationRule};

/// Said of two passwords.
pub(super) const DIFFER: &str = "The two passwords differ. Type the same one twice.";

/// The form for an address, and for a password where it need not be proven.
#[derive(Template)]
#[template(path = "register.html")]
struct RegisterPage {
    email: String,
    /// Whether a link is mailed first.
    is_proven: bool,
    host: String,
    shortest: usize,
    problem: Option<String>,
}

/// That something was mailed, perhaps.
#[derive(Template)]
#[template(path = "register_sent.html")]
struct SentPage {
    email: String,
}

/// The form of a link.
#[derive(Template)]
#[template(path = "register_finish.html")]
struct FinishPage {
    token: String,
    email: String,
    shortest: usize,
    problem: Option<String>,
}

/// What was typed.
#[derive(Deserialize)]
struct Wanted {
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    again: String,
}

/// The password that was chosen.
#[derive(Deserialize)]
struct Chosen {
    password: String,
    again: String,
}

/// The pages for people who come by themselves.
pub(super) fn routes() -> Router<SiteState> {
    Router::new()
        .route("/register", get(form).post(register))
        .route("/register/{token}", get(link).post(finish))
}

/// Whether people who come by themselves are taken.
pub(super) async fn is_open(site: &SiteState) -> Result<bool, OpError> {
    let rule = site.ops.registration_rule().await?;
    Ok(matches!(
        rule,
        RegistrationRule::Proven | RegistrationRule::Anyone
    ))
}

/// `GET /register`
async fn form(State(site): State<SiteState>) -> Result<Response, SiteError> {
    must_be_open(&site).await?;
    answer(&site, StatusCode::OK, String::new(), None).await
}

/// `POST /register`
async fn register(
    State(site): State<SiteState>,
    From(from): From,
    headers: HeaderMap,
    Fields(wanted): Fields<Wanted>,
) -> Result<Response, SiteError> {
    must_be_open(&site).await?;
    let typed: String = wanted.email.chars().take(254).collect();
    let refused = if site.ops.registration_rule().await? == RegistrationRule::Proven {
        match site.ops.ask_to_register(&wanted.email, from).await {
            Ok(()) => return Ok(page(StatusCode::OK, &SentPage { email: typed })),
            Err(error) => error,
        }
    } else if wanted.password != wanted.again {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return answer(&site, status, typed, Some(DIFFER.to_owned())).await;
    } else {
        let ops = site.ops.clone();
        let made = to_the_end(async move {
            let Wanted {
                email, password, ..
            } = wanted;
            ops.register(&email, password, from).await
        });
        match made.await? {
            Ok(account) => return person::begin_new(&site, &headers, &account).await,
            Err(error) => error,
        }
    };
    let told = Told::of(refused)?;
    let page = answer(&site, told.status, typed, Some(told.text.clone())).await?;
    Ok(told.with_headers(page))
}

/// `GET /register/{token}`
async fn link(
    State(site): State<SiteState>,
    Path(token): Path<String>,
) -> Result<Response, SiteError> {
    let email = site.ops.look_at_registration(&token).await?;
    Ok(page(StatusCode::OK, &finish_page(token, email, None)))
}

/// `POST /register/{token}`
async fn finish(
    State(site): State<SiteState>,
    Path(token): Path<String>,
    headers: HeaderMap,
    Fields(Chosen { password, again }): Fields<Chosen>,
) -> Result<Response, SiteError> {
    let email = site.ops.look_at_registration(&token).await?;
    if password != again {
        let view = finish_page(token, email, Some(DIFFER.to_owned()));
        return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &view));
    }
    let (ops, presented) = (site.ops.clone(), token.clone());
    let made = to_the_end(async move { ops.finish_registration(&presented, password).await });
    match made.await? {
        Ok(account) => person::begin_new(&site, &headers, &account).await,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Forbidden) => {
            Err(error.into())
        }
        Err(error) => {
            let told = Told::of(error)?;
            let view = finish_page(token, email, Some(told.text.clone()));
            Ok(told.with_headers(page(told.status, &view)))
        }
    }
}

async fn must_be_open(site: &SiteState) -> Result<(), SiteError> {
    if is_open(site).await? {
        return Ok(());
    }
    Err(SiteError::NoRegistration)
}

async fn answer(
    site: &SiteState,
    status: StatusCode,
    email: String,
    problem: Option<String>,
) -> Result<Response, SiteError> {
    let view = RegisterPage {
        email,
        is_proven: site.ops.registration_rule().await? == RegistrationRule::Proven,
        host: site.ops.names().site.to_string(),
        shortest: PasswordRules::default().min_characters,
        problem,
    };
    Ok(page(status, &view))
}

fn finish_page(token: String, email: String, problem: Option<String>) -> FinishPage {
    FinishPage {
        token,
        email,
        shortest: PasswordRules::default().min_characters,
        problem,
    }
}
