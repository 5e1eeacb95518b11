//! Somebody asks for a letter with a link.
//!
//! Whoever asks is answered at once, and the same for every address: whether a member has it is found out in a task of
//! its own.

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use ds_auth::people::{EMAIL_LINK_FOR, EmailLoginError};
use serde::Deserialize;

use super::{
    arrive::takes_comers,
    browser::{From, keeping, secret_or_new, way_in},
    choose::{Problem, Tried, shown},
    wish::Wish,
};
use crate::{
    entrance::{At, EntranceFrame, EntranceState},
    site::{Fields, LocalPath, SiteError, pages::page, sentence},
};

/// Where a letter is to be sent.
#[derive(Deserialize)]
pub(super) struct Asks {
    email: String,
    path: Option<String>,
}

#[derive(Template)]
#[template(path = "entrance_letter_sent.html")]
struct SentPage<'a> {
    frame: EntranceFrame,
    email: &'a str,
    /// Whether a letter comes whatever the address.
    open: bool,
    minutes: u64,
    again: String,
}

/// `POST /.dropserver/enter/mail`
pub(super) async fn ask(
    State(state): State<EntranceState>,
    at: At,
    From(from): From,
    headers: HeaderMap,
    Fields(asks): Fields<Asks>,
) -> Result<Response, SiteError> {
    let path = LocalPath::or_root(asks.path.as_deref());
    let Some(mailer) = state.logins.mailer.clone() else {
        return Err(SiteError::NoPage);
    };
    let counted = state
        .logins
        .emails
        .may_ask(at.appspace.id, &asks.email, from);
    let open = takes_comers(&state, &at, &path).await;
    let email = match counted {
        Ok(email) => email,
        Err(error) => {
            let tried = Tried {
                email: asks.email.chars().take(254).collect(),
                open,
                problem: Some(problem(&error)),
                ..Tried::default()
            };
            return Ok(shown(&state, &at, &path, &tried));
        }
    };
    let browser = secret_or_new(&state, &headers);
    let sent = SentPage {
        frame: EntranceFrame::of(&at),
        email: &email,
        open,
        minutes: EMAIL_LINK_FOR.as_secs() / 60,
        again: way_in(&path),
    };
    let response = page(StatusCode::OK, &sent);
    let response = keeping(&state, &browser, EMAIL_LINK_FOR, response);
    // Members are inside the appspace: nobody looks while it is at rest.
    let Ok(lease) = at.gate.enter() else {
        return Ok(response);
    };
    let wish = Wish {
        state,
        at,
        email,
        browser,
        path,
    };
    let to = mailer.clone();
    mailer.write(Box::pin(async move {
        wish.fulfil(to).await;
        drop(lease);
    }));
    Ok(response)
}

fn problem(error: &EmailLoginError) -> Problem {
    match error {
        EmailLoginError::TooMany { retry_after } => {
            Problem::too_often("Too many letters were asked for lately.", *retry_after)
        }
        error => Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            sentence(&error.to_string()),
        ),
    }
}
