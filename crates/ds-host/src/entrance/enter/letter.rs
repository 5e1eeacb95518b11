//! The link in a letter. Programs that read mail follow links, so opening one does nothing: its page has a button.

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use ds_auth::{
    Epoch,
    people::{EmailLogin, EmailLoginError},
};
use ds_core::secret::Token;
use serde::Deserialize;

use super::{
    LETTER_PATH, Proved, arrive,
    browser::{From, secret},
};
use crate::{
    entrance::{At, EntranceFrame, EntranceState},
    site::{Asked, Fields, LocalPath, SiteError, pages::page},
};

/// What is in the link.
#[derive(Deserialize)]
pub(super) struct Link {
    token: String,
}

#[derive(Template)]
#[template(path = "entrance_letter.html")]
struct LetterPage<'a> {
    frame: EntranceFrame,
    action: &'static str,
    state: Shown<'a>,
}

/// What a link is good for, here.
enum Shown<'a> {
    Good { email: &'a str, token: &'a str },
    OtherBrowser,
    Gone,
}

/// `GET /.dropserver/enter/letter`
pub(super) async fn show(
    State(state): State<EntranceState>,
    at: At,
    headers: HeaderMap,
    Asked(link): Asked<Link>,
) -> Result<Response, SiteError> {
    let token = Token::presented(&link.token);
    let browser = secret(&state, &headers);
    let looked = state
        .logins
        .emails
        .look(at.appspace.id, &token, browser.as_ref());
    match looked.await {
        Ok(login) => {
            let (email, token) = (login.email.as_str(), link.token.as_str());
            Ok(shown(&at, Shown::Good { email, token }))
        }
        Err(error) => refused(&at, error),
    }
}

/// `POST /.dropserver/enter/letter`
pub(super) async fn redeem(
    State(state): State<EntranceState>,
    at: At,
    From(from): From,
    headers: HeaderMap,
    Fields(link): Fields<Link>,
) -> Result<Response, SiteError> {
    let token = Token::presented(&link.token);
    let browser = secret(&state, &headers);
    let since = arrive::now(&state).await?;
    let redeemed = state
        .logins
        .emails
        .redeem(at.appspace.id, &token, browser.as_ref());
    let login = match redeemed.await {
        Ok(login) => login,
        Err(error) => return refused(&at, error),
    };
    state.logins.emails.came(&login.email, from);
    let path = LocalPath::or_root(Some(&login.return_to));
    let who = whose(&state, login, since).await?;
    arrive::arrive(&state, &at, &headers, who, &path).await
}

/// Who has the address; with their account, unless that asks for more than one proof by now, or nobody proved that its
/// address is its owner's.
async fn whose(
    state: &EntranceState,
    login: EmailLogin,
    since: Epoch,
) -> Result<Proved, SiteError> {
    const FAILED: &str = "look up an account";
    let accounts = &state.site.account_store;
    let found = accounts.account_with_password(&login.email).await;
    let mut account = found
        .map_err(SiteError::failed(FAILED))?
        .filter(|(account, _)| account.email_proven)
        .map(|(account, _)| account.id);
    if let Some(id) = account {
        let steps = state.logins.second_steps.of(id).await;
        if steps.map_err(SiteError::failed(FAILED))?.is_asked() {
            account = None;
        }
    }
    Ok(Proved::by_mail(login.email, account, since))
}

fn refused(at: &At, error: EmailLoginError) -> Result<Response, SiteError> {
    match error {
        EmailLoginError::OtherBrowser => Ok(shown(at, Shown::OtherBrowser)),
        EmailLoginError::Store(error) => Err(SiteError::failed("log somebody in")(error)),
        _ => Ok(shown(at, Shown::Gone)),
    }
}

fn shown(at: &At, state: Shown<'_>) -> Response {
    let status = match state {
        Shown::Good { .. } => StatusCode::OK,
        Shown::OtherBrowser => StatusCode::FORBIDDEN,
        Shown::Gone => StatusCode::NOT_FOUND,
    };
    let letter = LetterPage {
        frame: EntranceFrame::of(at),
        action: LETTER_PATH,
        state,
    };
    page(status, &letter)
}
