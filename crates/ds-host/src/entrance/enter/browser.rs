//! The browser of whoever logs in: its cookie, where it comes from, where it goes.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{AppendHeaders, IntoResponse, Response},
};
use ds_auth::cookie::Kind;
use ds_core::secret::Token;
use percent_encoding::{CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};

use super::ENTER_PATH;
use crate::{entrance::EntranceState, site::LocalPath};

/// Where a request comes from; `None` if it does not come over the network.
pub(super) struct From(pub(super) Option<IpAddr>);

impl<S: Send + Sync> FromRequestParts<S> for From {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let from = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Ok(Self(from.map(|ConnectInfo(address)| address.ip())))
    }
}

/// The secret in the browser's login cookie, if there is one that could be ours.
pub(super) fn secret(state: &EntranceState, headers: &HeaderMap) -> Option<Token> {
    let read = state.site.cookies.read(headers, Kind::Login);
    read.filter(Token::is_well_formed)
}

/// The same, or a new one. Logins that a browser began in several tabs share it, so that each can be ended.
pub(super) fn secret_or_new(state: &EntranceState, headers: &HeaderMap) -> Token {
    secret(state, headers).unwrap_or_else(Token::random)
}

/// An answer that lets the browser keep the secret for so long.
pub(super) fn keeping(
    state: &EntranceState,
    secret: &Token,
    time: Duration,
    response: impl IntoResponse,
) -> Response {
    let cookie = state.site.cookies.set(Kind::Login, secret, time);
    (AppendHeaders([(header::SET_COOKIE, cookie)]), response).into_response()
}

/// Sends a browser on, with GET, to a path here or an address that was checked.
pub(in crate::entrance) fn see_other(to: &str) -> Response {
    let to = utf8_percent_encode(to, CONTROLS).to_string();
    let to = HeaderValue::try_from(to).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
}

/// The path after `?path=` with which an address of ours goes on to a path.
pub(in crate::entrance) fn with_path(page: &str, path: &LocalPath) -> String {
    if path.as_str() == "/" {
        return page.to_owned();
    }
    let path = utf8_percent_encode(path.as_str(), NON_ALPHANUMERIC);
    format!("{page}?path={path}")
}

/// Where they log in with an account of this host: at once, if the account site knows them.
pub(in crate::entrance) fn with_account(path: &LocalPath) -> String {
    with_path("/.dropserver/login", path)
}

/// Where people who want to go to a path of an appspace choose how to log in there: on the same origin.
pub(crate) fn way_in(path: &LocalPath) -> String {
    with_path(ENTER_PATH, path)
}
