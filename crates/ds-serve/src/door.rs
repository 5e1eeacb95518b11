//! `/.dropserver/`: how a member of this host gets a session at an appspace, and ends it.
//!
//! ```text
//! appspace                                          account site
//!   authorized route, nobody known ──303──────────▶ /appspacelogin?appspace=…&path=…&state=<hash>
//!     (sets the login state cookie)                    logs the person in, checks membership
//!   /.dropserver/login?token=…&path=… ◀──303─────────  issues a token bound to appspace and state
//!     redeems it against the cookie, sets the session ──303──▶ path
//! ```
//!
//! What the door does not know is asked of the [`Entrance`], if there is one: other ways to log in, and what
//! members do about themselves.
//!
//! `/.dropserver/logout` ends the session and goes to `/.dropserver/logged-out`, a page that says so.
//!
//! All of it happens in pages that people open, and a browser that has the session already gets no other: a page elsewhere
//! begins none unseen.
//!
//! A person who starts at the account site has no state yet: the appspace's `/.dropserver/login` without a
//! token sets it and sends them back. So no link alone logs a browser in.

use std::sync::Arc;

use async_trait::async_trait;
use ds_auth::{Cookies, Login, LoginTokens, Sessions, cookie::Kind};
use ds_core::{AppspaceId, StoreError, secret::Token};
use ds_sandbox::{Body, empty_body};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header, request::Parts};
use url::Url;

use crate::{
    ServeError, Site, headers, page,
    target::{Target, is_local_path},
};

/// Where a browser goes when a session has ended. It cannot be sent to the account site at once: the policy
/// that says where forms may lead holds for where they are redirected to as well.
const LOGGED_OUT: &str = "/.dropserver/logged-out";

/// Where whoever comes with a token of the original's way to log in is asked.
pub const ORIGINAL_LOGIN_PATH: &str = "/.dropserver/v0/login";
/// The parameter with which hosts of the original send browsers here, to any path.
const ORIGINAL_TOKEN: &str = "dropserver-login-token";

/// Where an [`Entrance`] lets people choose how to log in; `path` says where they go then.
pub const ENTER_PATH: &str = "/.dropserver/enter";

/// Everything below this path is the host's.
pub(crate) const PREFIX: &str = "/.dropserver/";

/// Answers what the [`Door`] does not know itself: a program's own pages at the address of each appspace.
#[async_trait]
pub trait Entrance: Send + Sync {
    /// Answers a path below `/.dropserver/`. A change that another site's page sent does not get here. The
    /// appspace is open, and stays so until the answer's head is there, or until a while after its gate closed: then this
    /// is dropped, wherever it is.
    ///
    /// # Errors
    /// If the appspace closed meanwhile, or the like; the visitor gets the page of that error.
    async fn answer(
        &self,
        site: Arc<Site>,
        request: Request<Body>,
    ) -> Result<Response<Body>, ServeError>;

    /// Whether this path, which is not below `/.dropserver/`, is its too: where a standard wants to find something. The app is not
    /// asked then.
    fn takes(&self, path: &str) -> bool {
        let _ = path;
        false
    }

    /// Whether it answers at [`ORIGINAL_LOGIN_PATH`].
    fn takes_original_logins(&self) -> bool {
        false
    }
}

/// In the extensions of an [`Entrance`]'s answer: its own `Content-Security-Policy` is to be the only one.
/// The policy of apps' pages would let no form lead to another host.
#[derive(Clone, Copy, Debug)]
pub struct OwnPolicy;

/// How members log in to appspaces of a host that has an account site.
#[derive(Clone)]
pub struct Door {
    /// The account site: `https://dropserver.example.com`.
    pub site_origin: String,
    /// The sessions.
    pub sessions: Arc<Sessions>,
    /// The logins under way.
    pub tokens: Arc<LoginTokens>,
    /// How cookies are named here.
    pub cookies: Cookies,
    /// Answers the other paths.
    pub entrance: Option<Arc<dyn Entrance>>,
}

impl Door {
    /// Whether a path is the host's, and not the app's.
    pub(crate) fn has(&self, path: &str) -> bool {
        let takes = |entrance: &Arc<dyn Entrance>| entrance.takes(path);
        path.starts_with(PREFIX) || self.entrance.as_ref().is_some_and(takes)
    }

    /// Answers a path that it [has](Self::has).
    pub(crate) async fn answer(
        &self,
        site: Arc<Site>,
        request: Request<Body>,
        target: &Target,
    ) -> Result<Response<Body>, ServeError> {
        let (head, body) = request.into_parts();
        match (&head.method, target.path()) {
            (&Method::GET, "/.dropserver/login") => self.log_in(&site, &head, target).await,
            (&Method::POST, "/.dropserver/logout") => self.log_out(&head).await,
            (&Method::GET, LOGGED_OUT) => Ok(page::logged_out(&self.site_origin)),
            // A preview is for its owner alone, who has an account here.
            _ if site.preview.is_some() => Err(ServeError::NoRoute),
            _ => match &self.entrance {
                Some(entrance) => {
                    let request = Request::from_parts(head, body);
                    entrance.answer(site, request).await
                }
                None => Err(ServeError::NoRoute),
            },
        }
    }

    /// Sends somebody we do not know to the account site, to come back to `path`. Logins that one browser
    /// began in several tabs share their state, so that each of them can be ended.
    pub(crate) fn send_to_log_in(&self, site: &Site, head: &Parts, path: &str) -> Response<Body> {
        let begun = self.cookies.read(&head.headers, Kind::Login);
        let state = begun
            .filter(Token::is_well_formed)
            .unwrap_or_else(Token::random);
        let Ok(mut url) = Url::parse(&self.site_origin) else {
            return redirect("/");
        };
        url.set_path("/appspacelogin");
        url.query_pairs_mut()
            .append_pair("appspace", site.appspace.address.as_str())
            .append_pair("path", path)
            .append_pair("state", state.hash().as_str());
        let mut response = redirect(url.as_str());
        let cookie = self.cookies.set(Kind::Login, &state, Kind::Login.max_age());
        response.headers_mut().append(header::SET_COOKIE, cookie);
        response
    }

    /// Where somebody goes whom we do not know: to the account site, or, if they last came by a server of their own, to
    /// where that is asked.
    pub(crate) fn ask_who(&self, site: &Site, head: &Parts, path: &str) -> Response<Body> {
        let guest = self.cookies.read(&head.headers, Kind::Guest);
        let is_guest = guest.is_some_and(|who| !who.reveal().is_empty());
        if !is_guest || self.entrance.is_none() || site.preview.is_some() {
            return self.send_to_log_in(site, head, path);
        }
        let mut asked = url::form_urlencoded::Serializer::new(String::new());
        asked.append_pair("path", path);
        redirect(&format!("{ENTER_PATH}?{}", asked.finish()))
    }

    /// Where a browser goes that a host of the original sent here with a token: a token in an address logs nobody in, so
    /// there is a page that asks.
    pub(crate) fn original_login(
        &self,
        site: &Site,
        head: &Parts,
        target: &Target,
    ) -> Option<Response<Body>> {
        let takes = |entrance: &Arc<dyn Entrance>| entrance.takes_original_logins();
        let is_one = matches!(head.method, Method::GET | Method::HEAD)
            && site.preview.is_none()
            && target.query()?.contains(ORIGINAL_TOKEN)
            && self.entrance.as_ref().is_some_and(takes);
        let token = is_one.then(|| parameter(target, ORIGINAL_TOKEN))??;
        let mut asked = url::form_urlencoded::Serializer::new(String::new());
        asked.append_pair("token", &token);
        asked.append_pair("path", &without(target, ORIGINAL_TOKEN));
        let asked = asked.finish();
        Some(redirect(&format!("{ORIGINAL_LOGIN_PATH}?{asked}")))
    }

    async fn log_in(
        &self,
        site: &Site,
        head: &Parts,
        target: &Target,
    ) -> Result<Response<Body>, ServeError> {
        if !headers::is_opened(&head.headers) {
            return Err(ServeError::NotOpened);
        }
        let path = parameter(target, "path").filter(|path| is_local_path(path));
        let path = path.unwrap_or_else(|| "/".to_owned());
        let Some(token) = parameter(target, "token") else {
            return Ok(self.send_to_log_in(site, head, &path));
        };
        let id = site.appspace.id;
        let state = self.cookies.read(&head.headers, Kind::Login);
        let login =
            state.and_then(|state| self.tokens.redeem(&Token::presented(&token), id, &state));
        let Some(login) = login else {
            // Another tab was quicker: what this login was for is done.
            let known = self.is_logged_in(site, head).await?;
            return if known {
                Ok(redirect(&path))
            } else {
                Err(ServeError::StaleLogin)
            };
        };
        let mut response = redirect(&path);
        let before = self.cookies.read(&head.headers, Kind::Member);
        let cookies = if self.is_in(id, before.as_ref(), &login).await? {
            Vec::new()
        } else {
            let session = self.begin(id, login, &head.headers).await?;
            if let Some(before) = &before {
                self.end(before).await;
            }
            vec![
                self.cookies
                    .set(Kind::Member, &session, Kind::Member.max_age()),
            ]
        };
        let over = [Kind::Login, Kind::Guest].map(|kind| self.cookies.clear(kind));
        for cookie in cookies.into_iter().chain(over) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        Ok(response)
    }

    /// Whether a browser has the session already that this login is for.
    async fn is_in(
        &self,
        at: AppspaceId,
        session: Option<&Token>,
        login: &Login,
    ) -> Result<bool, ServeError> {
        let Some(session) = session else {
            return Ok(false);
        };
        let member = self.sessions.member(at, session).await;
        let member = member.map_err(ServeError::Login)?;
        if member.is_none_or(|member| member.proxy_id != login.proxy_id) {
            return Ok(false);
        }
        let account = self.sessions.account_behind(at, session).await;
        Ok(account.map_err(ServeError::Login)? == Some(login.account.account))
    }

    async fn begin(
        &self,
        at: AppspaceId,
        login: Login,
        headers: &HeaderMap,
    ) -> Result<Token, ServeError> {
        let session = self
            .sessions
            .start_member(at, login.proxy_id, Some(login.account))
            .await;
        let session = session.map_err(|error| match error {
            // The account was changed on the way.
            StoreError::Missing { .. } => ServeError::StaleLogin,
            error => ServeError::Login(error),
        })?;
        let agent = headers.get(header::USER_AGENT);
        let agent = agent.and_then(|agent| agent.to_str().ok()).unwrap_or("");
        self.sessions.note_device(&session, agent).await;
        Ok(session)
    }

    /// Ends the session that another took the place of.
    async fn end(&self, before: &Token) {
        if let Err(error) = self.sessions.end(before).await {
            let error = ds_core::error_chain(&error);
            tracing::warn!(error, "a session could not be ended");
        }
    }

    async fn is_logged_in(&self, site: &Site, head: &Parts) -> Result<bool, ServeError> {
        let Some(session) = self.cookies.read(&head.headers, Kind::Member) else {
            return Ok(false);
        };
        let member = self.sessions.member(site.appspace.id, &session).await;
        Ok(member.map_err(ServeError::Login)?.is_some())
    }

    async fn log_out(&self, head: &Parts) -> Result<Response<Body>, ServeError> {
        if let Some(session) = self.cookies.read(&head.headers, Kind::Member) {
            self.sessions
                .end(&session)
                .await
                .map_err(ServeError::Login)?;
        }
        let mut response = redirect(LOGGED_OUT);
        for kind in [Kind::Member, Kind::Guest] {
            let clear = self.cookies.clear(kind);
            response.headers_mut().append(header::SET_COOKIE, clear);
        }
        Ok(response)
    }
}

fn parameter(target: &Target, name: &str) -> Option<String> {
    let query = target.query()?;
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    pairs.find_map(|(key, value)| (key == name).then(|| value.into_owned()))
}

/// Path and query without a parameter.
fn without(target: &Target, name: &str) -> String {
    let pairs = target.query().unwrap_or_default().split('&');
    let is_it = |pair: &&str| {
        let mut read = url::form_urlencoded::parse(pair.as_bytes());
        read.next().is_some_and(|(key, _)| key == name)
    };
    let kept: Vec<&str> = pairs
        .filter(|pair| !pair.is_empty() && !is_it(pair))
        .collect();
    let path = target.path();
    if kept.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", kept.join("&"))
    }
}

/// Sends a browser elsewhere, with GET. Never kept: the answer depends on who asks.
fn redirect(to: &str) -> Response<Body> {
    let mut response = Response::new(empty_body());
    *response.status_mut() = StatusCode::SEE_OTHER;
    let to = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/"));
    response.headers_mut().insert(header::LOCATION, to);
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_taken_out() {
        let check = |given: &str, expect: &str| {
            let target = Target::of(&given.parse().unwrap()).unwrap();
            assert_eq!(without(&target, ORIGINAL_TOKEN), expect, "{given}");
        };
        check("/?dropserver-login-token=x", "/");
        check("/a?b=c&dropserver-login-token=x&d", "/a?b=c&d");
        check("/a?dropserver%2Dlogin-token=x&e=%20", "/a?e=%20");
        check("/a?b=dropserver-login-token", "/a?b=dropserver-login-token");
        check("/a", "/a");
    }
}
