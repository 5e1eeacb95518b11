//! Logging in and out of the account site.

use std::net::SocketAddr;

use axum::{
    Extension,
    extract::{ConnectInfo, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use ds_auth::{LogInError, PasswordError, cookie::Kind};
use serde::Deserialize;

use super::{
    SiteState,
    error::{SiteError, sentence},
    forms::{Asked, Fields},
    local_path::LocalPath,
    pages::{Login, Welcome, page},
    person::{self, MaybePerson},
    single_sign_on,
};

/// Where to go after logging in.
#[derive(Deserialize)]
pub(super) struct Next {
    next: Option<String>,
}

/// The log-in form.
#[derive(Deserialize)]
pub(super) struct Credentials {
    email: String,
    password: String,
    next: Option<String>,
}

/// `GET /login`. Whoever is logged in goes straight on.
pub(super) async fn form(
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
    Ok(page(StatusCode::OK, &fresh(&site, &next)))
}

/// `POST /login`
pub(super) async fn log_in(
    State(site): State<SiteState>,
    from: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    Fields(form): Fields<Credentials>,
) -> Result<Response, SiteError> {
    let next = LocalPath::or_root(form.next.as_deref());
    let from = from.map(|Extension(ConnectInfo(address))| address.ip());
    let attempt = site.accounts.log_in(&form.email, form.password, from);
    let error = match attempt.await {
        Ok(account) => return person::begin(&site, &headers, account.id, next.as_str()).await,
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
            let seconds = retry_after.as_secs().max(1);
            let problem = format!(
                "Too many attempts. Wait {} and try again.",
                in_words(seconds)
            );
            let wait = AppendHeaders([(header::RETRY_AFTER, HeaderValue::from(seconds))]);
            let page = page(StatusCode::TOO_MANY_REQUESTS, &again(problem));
            Ok((wait, page).into_response())
        }
        LogInError::Password(error @ PasswordError::Busy) => {
            let problem = sentence(&error.to_string());
            Ok(page(StatusCode::SERVICE_UNAVAILABLE, &again(problem)))
        }
        error => Err(SiteError::failed("log somebody in")(error)),
    }
}

/// `POST /logout`: ends the session here; those on appspaces are their own.
pub(super) async fn log_out(
    State(site): State<SiteState>,
    headers: HeaderMap,
) -> Result<Response, SiteError> {
    if let Some(token) = site.cookies.read(&headers, Kind::Account) {
        let ended = site.sessions.end(&token).await;
        ended.map_err(SiteError::failed("end a session"))?;
    }
    let gone = AppendHeaders([(header::SET_COOKIE, site.cookies.clear(Kind::Account))]);
    Ok((gone, Redirect::to("/login")).into_response())
}

fn fresh(site: &SiteState, next: &LocalPath) -> Login {
    Login {
        next: next.to_string(),
        to: single_sign_on::named_in(site, next),
        ..Login::default()
    }
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
