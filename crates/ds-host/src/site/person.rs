//! Who is logged in at the account site.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderName, HeaderValue, Method, header, request::Parts},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use ds_auth::{Account, Standing, cookie::Kind};
use ds_core::{StoreError, secret::Token};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{
    SiteState,
    error::SiteError,
    network::user_agent,
    pages::{Frame, Here},
};
use crate::ops::{ErrorKind, OpError};

/// What fails if it cannot be said.
const FINDING: &str = "find out who is logged in";

/// Somebody who is logged in. As an argument of a handler it sends everybody else to the log-in page.
pub(super) struct Person {
    pub(super) account: Account,
    session: Token,
}

/// Somebody, logged in or not.
pub(super) struct MaybePerson(pub(super) Option<Person>);

impl Person {
    /// Who they are, if they are logged in still: for what takes a while to arrive or is decided elsewhere, and for what
    /// outlives their session.
    pub(super) async fn standing(&self, site: &SiteState) -> Result<Standing, SiteError> {
        // First: whatever ends their session after this ends what is made with it, too.
        let standing = site.ops.standing(self.account.id).await?;
        let id = site.sessions.account(&self.session).await;
        let id = id.map_err(SiteError::failed(FINDING))?;
        if id == Some(self.account.id) {
            return Ok(standing);
        }
        let message = "you were logged out meanwhile, so nothing was changed";
        let over = OpError::new(ErrorKind::Forbidden, message);
        Err(over.with_hint("log in, and try again").into())
    }

    /// What surrounds their pages.
    pub(super) fn frame(&self, here: Here) -> Frame {
        Frame {
            email: self.account.email.clone(),
            is_admin: self.account.is_admin,
            here,
        }
    }
}

impl FromRequestParts<SiteState> for MaybePerson {
    type Rejection = SiteError;

    async fn from_request_parts(parts: &mut Parts, site: &SiteState) -> Result<Self, SiteError> {
        find(site, &parts.headers).await.map(Self)
    }
}

impl FromRequestParts<SiteState> for Person {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, site: &SiteState) -> Result<Self, Response> {
        match find(site, &parts.headers).await {
            Ok(Some(person)) => Ok(person),
            Ok(None) => {
                let seen = matches!(parts.method, Method::GET | Method::HEAD);
                let here = parts.uri.path_and_query().filter(|_| seen);
                Err(to_log_in(here.map_or("/", |here| here.as_str())).into_response())
            }
            Err(error) => Err(error.into_response()),
        }
    }
}

async fn find(site: &SiteState, headers: &HeaderMap) -> Result<Option<Person>, SiteError> {
    let Some(token) = site.cookies.read(headers, Kind::Account) else {
        return Ok(None);
    };
    let failed = FINDING;
    let id = site.sessions.account(&token).await;
    let Some(id) = id.map_err(SiteError::failed(failed))? else {
        return Ok(None);
    };
    let account = site.account_store.account(id).await;
    let account = account.map_err(SiteError::failed(failed))?;
    Ok(account.map(|account| Person {
        account,
        session: token,
    }))
}

/// To the log-in page, and from there to `next`.
pub(super) fn to_log_in(next: &str) -> Redirect {
    if next == "/" {
        return Redirect::to("/login");
    }
    let next = utf8_percent_encode(next, NON_ALPHANUMERIC);
    Redirect::to(&format!("/login?next={next}"))
}

/// Logs somebody in: a new session, its cookie, and on to `next`. The session before, if any, ends.
pub(super) async fn begin(
    site: &SiteState,
    headers: &HeaderMap,
    who: Standing,
    next: &str,
) -> Result<Response, SiteError> {
    let cookies = begin_session(site, headers, who).await?;
    Ok((cookies, Redirect::to(next)).into_response())
}

/// Logs somebody in to the account that was made for them just now.
pub(super) async fn begin_new(
    site: &SiteState,
    headers: &HeaderMap,
    account: &Account,
) -> Result<Response, SiteError> {
    let who = site.ops.standing(account.id).await?;
    begin(site, headers, who, "/").await
}

/// Why no session began: the account was changed while its person logged in, or the host failed.
fn not_begun(error: StoreError) -> SiteError {
    match error {
        StoreError::Missing { .. } => {
            let message = "your account was changed while you logged in, so you are not logged in";
            let changed = OpError::new(ErrorKind::Conflict, message);
            changed.with_hint("log in again").into()
        }
        error => SiteError::failed("begin a session")(error),
    }
}

/// A new session and its cookies. The session before, if any, ends, and so does what led here.
pub(super) async fn begin_session(
    site: &SiteState,
    headers: &HeaderMap,
    who: Standing,
) -> Result<AppendHeaders<Vec<(HeaderName, HeaderValue)>>, SiteError> {
    let token = site.sessions.start_account(who).await;
    let token = token.map_err(not_begun)?;
    if let Some(old) = site.cookies.read(headers, Kind::Account) {
        let ended = site.sessions.end(&old).await;
        ended.map_err(SiteError::failed("end a session"))?;
    }
    let cookie = site
        .cookies
        .set(Kind::Account, &token, Kind::Account.max_age());
    let agent = user_agent(headers);
    site.sessions.note_device(&token, agent).await;
    let mut cookies = vec![(header::SET_COOKIE, cookie)];
    if site.cookies.read(headers, Kind::Half).is_some() {
        cookies.push((header::SET_COOKIE, site.cookies.clear(Kind::Half)));
    }
    Ok(AppendHeaders(cookies))
}
