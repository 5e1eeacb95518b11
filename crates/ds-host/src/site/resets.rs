//! `/forgot` and `/reset/{token}`: setting a password anew without the old one.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
    routing::get,
};
use ds_auth::PasswordRules;
use ds_core::secret::Token;
use serde::Deserialize;

use super::{
    SiteState, error::SiteError, forms::Fields, network::From, pages::page, refusal::Told,
    to_the_end,
};
use crate::ops::{ErrorKind, OpError};

/// The pages.
pub(super) fn routes() -> Router<SiteState> {
    Router::new()
        .route("/forgot", get(form).post(ask))
        .route("/reset/{token}", get(open).post(redeem))
}

/// Asks for a link.
#[derive(Debug, Default, Template)]
#[template(path = "forgot.html")]
struct ForgotPage {
    /// Whether this host sends letters.
    mail: bool,
    /// The link was asked for.
    asked: bool,
    problem: Option<String>,
}

/// A new password.
#[derive(Debug, Template)]
#[template(path = "reset.html")]
struct ResetPage {
    token: String,
    email: String,
    shortest: usize,
    problem: Option<String>,
}

/// The password was set.
#[derive(Debug, Template)]
#[template(path = "reset_done.html")]
struct DonePage;

/// For whom.
#[derive(Deserialize)]
struct Whose {
    email: String,
}

/// What was typed.
#[derive(Deserialize)]
struct Typed {
    password: String,
    again: String,
}

/// `GET /forgot`
async fn form(State(site): State<SiteState>) -> Response {
    let mail = site.ops.sends_mail();
    let view = ForgotPage {
        mail,
        ..ForgotPage::default()
    };
    page(StatusCode::OK, &view)
}

/// `POST /forgot`: the answer is the same whether there is such an account or not.
async fn ask(
    State(site): State<SiteState>,
    From(from): From,
    Fields(Whose { email }): Fields<Whose>,
) -> Result<Response, SiteError> {
    let mail = site.ops.sends_mail();
    let Err(error) = site.ops.ask_for_reset(&email, from) else {
        let view = ForgotPage {
            mail,
            asked: true,
            problem: None,
        };
        return Ok(page(StatusCode::OK, &view));
    };
    let told = Told::of(error)?;
    let problem = Some(told.text.clone());
    let view = ForgotPage {
        mail,
        asked: false,
        problem,
    };
    Ok(told.with_headers(page(told.status, &view)))
}

/// `GET /reset/{token}`
async fn open(
    State(site): State<SiteState>,
    Path(token): Path<String>,
) -> Result<Response, SiteError> {
    let account = site.ops.reset_of(&Token::presented(&token)).await?;
    Ok(answer(token, account.email, StatusCode::OK, None))
}

/// `POST /reset/{token}`: whoever has a second step is still asked for it, so nobody is logged in here.
async fn redeem(
    State(site): State<SiteState>,
    Path(token): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response, SiteError> {
    let presented = Token::presented(&token);
    let account = site.ops.reset_of(&presented).await?;
    let ops = site.ops.clone();
    let done = if typed.password == typed.again {
        to_the_end(async move { ops.redeem_reset(&presented, typed.password).await }).await?
    } else {
        Err(OpError::new(ErrorKind::Invalid, "the two passwords differ")
            .with_hint("type the same one twice"))
    };
    match done {
        Ok(_) => Ok(page(StatusCode::OK, &DonePage)),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(error.into()),
        Err(error) => {
            let told = Told::of(error)?;
            let problem = Some(told.text.clone());
            Ok(told.with_headers(answer(token, account.email, told.status, problem)))
        }
    }
}

fn answer(token: String, email: String, status: StatusCode, problem: Option<String>) -> Response {
    let view = ResetPage {
        token,
        email,
        shortest: PasswordRules::default().min_characters,
        problem,
    };
    page(status, &view)
}
