//! The page on which people choose how to log in; and the same again if that did not work.

use std::time::Duration;

use askama::Template;
use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use ds_auth::{cookie::Kind, dropid::Local};
use serde::Deserialize;

use super::{
    arrive::takes_comers,
    browser::{From, see_other, with_account},
    dropid::go_home,
    guest,
};
use crate::{
    entrance::{At, EntranceFrame, EntranceState},
    site::{Asked, LocalPath, SiteError, pages::page},
};

/// Where to go after logging in, and who it is that comes, as far as a link says it.
#[derive(Deserialize)]
pub(super) struct Going {
    path: Option<String>,
    dropid: Option<String>,
}

/// What was typed, and why it did not work.
#[derive(Default)]
pub(super) struct Tried {
    pub(super) who: String,
    pub(super) email: String,
    /// Whether a letter comes whoever they are.
    pub(super) open: bool,
    pub(super) problem: Option<Problem>,
}

/// Why somebody is not logged in, in words for them.
#[derive(Debug)]
pub(super) struct Problem {
    pub(super) status: StatusCode,
    pub(super) text: String,
    /// When to try again, if that is what helps.
    pub(super) retry_after: Option<Duration>,
}

#[derive(Template)]
#[template(path = "entrance_enter.html")]
struct EnterPage<'a> {
    frame: EntranceFrame,
    /// Where those go who have an account here.
    account: String,
    /// What this host is called.
    host: String,
    path: &'a LocalPath,
    who: &'a str,
    email: &'a str,
    /// Whether this host sends letters.
    mail: bool,
    /// Whether a letter comes whoever asks for one.
    open: bool,
    problem: Option<&'a str>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, text: impl Into<String>) -> Self {
        Self {
            status,
            text: text.into(),
            retry_after: None,
        }
    }

    /// That something was done too often.
    pub(super) fn too_often(what: &str, wait: Duration) -> Self {
        let words = match wait.as_secs().max(1) {
            1 => "a second".to_owned(),
            seconds @ 2..=90 => format!("{seconds} seconds"),
            seconds => format!("{} minutes", seconds.div_ceil(60)),
        };
        Self {
            retry_after: Some(wait),
            ..Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                format!("{what} Wait {words} and try again."),
            )
        }
    }
}

/// `GET /.dropserver/enter`. Whoever is logged in goes straight on; and to their own host who comes by a link with their
/// name to where they logged in with this browser before.
pub(super) async fn form(
    State(state): State<EntranceState>,
    at: At,
    From(from): From,
    headers: HeaderMap,
    Asked(going): Asked<Going>,
) -> Result<Response, SiteError> {
    let path = LocalPath::or_root(going.path.as_deref());
    if is_logged_in(&state, &at, &headers).await? {
        return Ok(see_other(path.as_str()));
    }
    let last = guest::last(&state, &headers);
    let named = going.dropid.as_deref();
    let named = named.and_then(|named| guest::spelt(&state, named));
    if let Some(who) = named.as_deref()
        && named == last
        && ds_serve::is_opened(&headers)
    {
        return go_home(&state, &at, from, &headers, who, &path).await;
    }
    let tried = Tried {
        who: named.or(last).unwrap_or_default(),
        open: takes_comers(&state, &at, &path).await,
        ..Tried::default()
    };
    Ok(shown(&state, &at, &path, &tried))
}

/// The page, with what was tried.
pub(super) fn shown(state: &EntranceState, at: &At, path: &LocalPath, tried: &Tried) -> Response {
    let problem = tried.problem.as_ref();
    let shown = EnterPage {
        frame: EntranceFrame::of(at),
        account: with_account(path),
        host: state.site.ops.names().site.to_string(),
        path,
        who: &tried.who,
        email: &tried.email,
        open: tried.open,
        mail: state.logins.mailer.is_some(),
        problem: problem.map(|problem| problem.text.as_str()),
    };
    let status = problem.map_or(StatusCode::OK, |problem| problem.status);
    let mut response = page(status, &shown).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        leading_elsewhere(state.logins.local),
    );
    if let Some(wait) = problem.and_then(|problem| problem.retry_after) {
        let seconds = HeaderValue::from(wait.as_secs().max(1));
        headers.insert(header::RETRY_AFTER, seconds);
    }
    response
}

/// What browsers may do with the page whose form leads to people's own hosts, whichever these are: Chromium holds where a
/// form's answer sends to `form-action`, too.
fn leading_elsewhere(local: Local) -> HeaderValue {
    HeaderValue::from_static(match local {
        Local::Http => {
            "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; \
             form-action 'self' https: http:"
        }
        Local::Https | Local::Refused => {
            "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; \
             form-action 'self' https:"
        }
    })
}

async fn is_logged_in(
    state: &EntranceState,
    at: &At,
    headers: &HeaderMap,
) -> Result<bool, SiteError> {
    let Some(session) = state.site.cookies.read(headers, Kind::Member) else {
        return Ok(false);
    };
    let member = state.site.sessions.member(at.appspace.id, &session).await;
    let member = member.map_err(SiteError::failed("find out who is logged in"))?;
    Ok(member.is_some())
}
