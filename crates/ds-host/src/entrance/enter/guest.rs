//! Who last came with this browser by a server of their own: they need not type it again.
//!
//! The cookie proves nothing. It lets a link that names the very same person go straight on to their own host; a link that
//! names anybody else only fills in a field. So no link sends a browser where its person has not logged in before.

use axum::{
    http::{HeaderMap, header},
    response::Response,
};
use ds_auth::{cookie::Kind, dropid::ProfileUrl};
use ds_core::{LoginKind, secret::Token};

use super::Proved;
use crate::entrance::EntranceState;

/// The longest that is remembered.
const LONGEST: usize = 512;

/// Who it was, in their one spelling.
pub(super) fn last(state: &EntranceState, headers: &HeaderMap) -> Option<String> {
    let read = state.site.cookies.read(headers, Kind::Guest)?;
    spelt(state, read.reveal())
}

/// Somebody whom a link or a cookie names, in their one spelling; `None` if it is nobody's name.
pub(super) fn spelt(state: &EntranceState, named: &str) -> Option<String> {
    if named.len() > LONGEST {
        return None;
    }
    let who = ProfileUrl::typed(named, state.logins.local).ok()?;
    Some(who.identity().text())
}

/// An answer that lets the browser remember who came, if it let them in.
pub(in crate::entrance) fn remembering(
    state: &EntranceState,
    who: &Proved,
    mut response: Response,
) -> Response {
    let is_guest = matches!(who.kind(), LoginKind::DropId | LoginKind::Profile);
    if is_guest && response.status().is_redirection() && fits_a_cookie(who.name()) {
        let name = Token::presented(who.name());
        let set = state
            .site
            .cookies
            .set(Kind::Guest, &name, Kind::Guest.max_age());
        response.headers_mut().append(header::SET_COOKIE, set);
    }
    response
}

fn fits_a_cookie(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b',' | b';' | b'\\');
    name.len() <= LONGEST && name.bytes().all(fits)
}
