//! Logging in and out of the account site.

mod elsewhere;
pub(super) mod passkey;
mod second;

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use ds_auth::{LogInError, PasswordError, cookie::Kind};
use serde::Deserialize;

use super::{
    SiteState,
    error::{SiteError, sentence},
    forms::{Asked, Fields},
    local_path::LocalPath,
    network::From,
    pages::{Login, Welcome, page},
    person::{self, MaybePerson, Person},
    single_sign_on,
};
use crate::ops::LoggedIn;
use ds_auth::dropid::AUTHORIZE_PATH;

/// The pages.
pub(super) fn routes() -> Router<SiteState> {
    Router::new()
        .route("/login", get(form).post(log_in))
        .route("/login/second", get(second::form).post(second::by_code))
        .route("/login/passkey/begin", post(passkey::begin))
        .route("/login/passkey", post(passkey::finish))
        .route("/login/second/passkey/begin", post(passkey::begin_second))
        .route("/login/second/passkey", post(passkey::finish_second))
        .route("/logout", post(log_out))
        .route("/logout/everywhere", post(log_out_everywhere))
}

/// Where to go after logging in.
#[derive(Deserialize)]
struct Next {
    next: Option<String>,
}

/// The log-in form.
#[derive(Deserialize)]
struct Credentials {
    email: String,
    password: String,
    next: Option<String>,
}

/// `GET /login`. Whoever is logged in goes straight on.
async fn form(
    State(site): State<SiteState>,
    MaybePerson(person): MaybePerson,
    Asked(Next { next }): Asked<Next>,
) -> Result<Response, SiteError> {
    let next = LocalPath::or_root(next.as_deref());
    if person.is_some() {
        return Ok(Redirect::to(next.as_str()).into_response());
    }
    if site.ops.needs_setup().await? {
        return Ok(page(StatusCode::OK, &Welcome));
    }
    let login = Login {
        can_register: super::register::is_open(&site).await?,
        ..fresh(&site, &next)
    };
    Ok(page(StatusCode::OK, &login))
}

/// `POST /login`
async fn log_in(
    State(site): State<SiteState>,
    From(from): From,
    headers: HeaderMap,
    Fields(form): Fields<Credentials>,
) -> Result<Response, SiteError> {
    let next = LocalPath::or_root(form.next.as_deref());
    let attempt = site.ops.log_in(&form.email, form.password, from);
    let error = match attempt.await {
        Ok(LoggedIn::Wholly(account)) => {
            return person::begin(&site, &headers, account, next.as_str()).await;
        }
        Ok(LoggedIn::Half(token)) => return Ok(second::ask(&site, &token, &next)),
        Err(error) => error,
    };
    let again = |problem| Login {
        email: form.email.chars().take(254).collect(),
        problem: Some(problem),
        ..fresh(&site, &next)
    };
    match error {
        LogInError::Wrong => {
            let problem =
                "This email and password do not belong together. Check both and try again.";
            Ok(page(StatusCode::UNAUTHORIZED, &again(problem.to_owned())))
        }
        LogInError::TooMany { retry_after } => {
            let page = page(StatusCode::TOO_MANY_REQUESTS, &again(slow(retry_after)));
            Ok((wait(retry_after), page).into_response())
        }
        LogInError::Password(error @ PasswordError::Busy) => {
            let problem = sentence(&error.to_string());
            Ok(page(StatusCode::SERVICE_UNAVAILABLE, &again(problem)))
        }
        error => Err(SiteError::failed("log somebody in")(error)),
    }
}

/// `POST /logout`: ends the session here; those on appspaces are their own.
async fn log_out(State(site): State<SiteState>, headers: HeaderMap) -> Result<Response, SiteError> {
    if let Some(token) = site.cookies.read(&headers, Kind::Account) {
        let ended = site.sessions.end(&token).await;
        ended.map_err(SiteError::failed("end a session"))?;
    }
    Ok(out(&site))
}

/// `POST /logout/everywhere`: ends every session, in every browser, here and on appspaces.
async fn log_out_everywhere(
    State(site): State<SiteState>,
    person: Person,
) -> Result<Response, SiteError> {
    site.ops.log_out_everywhere(&person.account).await?;
    Ok(out(&site))
}

fn out(site: &SiteState) -> Response {
    let gone =
        [Kind::Account, Kind::Half].map(|kind| (header::SET_COOKIE, site.cookies.clear(kind)));
    (AppendHeaders(gone), Redirect::to("/login")).into_response()
}

fn fresh(site: &SiteState, next: &LocalPath) -> Login {
    Login {
        next: next.to_string(),
        to: single_sign_on::named_in(site, next),
        vouches: next.as_str().starts_with(&format!("{AUTHORIZE_PATH}?")),
        elsewhere: elsewhere::link(site, next),
        passkeys: site.ops.has_passkeys(),
        ..Login::default()
    }
}

/// What to tell somebody who tried too often.
pub(super) fn slow(wait: std::time::Duration) -> String {
    let seconds = wait.as_secs().max(1);
    format!(
        "Too many attempts. Wait {} and try again.",
        in_words(seconds)
    )
}

/// The header that says the same to programs.
pub(super) fn wait(
    wait: std::time::Duration,
) -> AppendHeaders<[(header::HeaderName, HeaderValue); 1]> {
    let seconds = wait.as_secs().max(1);
    AppendHeaders([(header::RETRY_AFTER, HeaderValue::from(seconds))])
}

/// A short wait, as a person would say it.
fn in_words(seconds: u64) -> String {
    match seconds {
        1 => "a second".to_owned(),
        2..=90 => format!("{seconds} seconds"),
        _ => format!("{} minutes", seconds.div_ceil(60)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits() {
        let check = |seconds, expect: &str| assert_eq!(in_words(seconds), expect);
        check(1, "a second");
        check(30, "30 seconds");
        check(90, "90 seconds");
        check(91, "2 minutes");
        check(900, "15 minutes");
    }
}
