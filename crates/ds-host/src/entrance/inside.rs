//! Members at the entrance of their appspace.

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{Method, request::Parts, uri::PathAndQuery},
    response::{IntoResponse, Redirect, Response},
};
use ds_auth::cookie::Kind;
use ds_core::{Member, secret::Token};

use super::{
    At, EntranceState,
    enter::{way_in, with_account},
};
use crate::site::{LocalPath, SiteError};

/// A member who is logged in with a browser. As an argument of a handler it sends everybody else to log in. Keys and
/// programs are nobody here: what is decided on these pages is for people.
pub(super) struct Inside {
    pub(super) member: Arc<Member>,
    pub(super) session: Token,
}

impl FromRequestParts<EntranceState> for Inside {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &EntranceState,
    ) -> Result<Self, Response> {
        let at = At::from_request_parts(parts, state).await;
        let at = at.map_err(IntoResponse::into_response)?;
        let session = state.site.cookies.read(&parts.headers, Kind::Member);
        if let Some(session) = session {
            let member = state.site.sessions.member(at.appspace.id, &session).await;
            let member = member.map_err(SiteError::failed("find out who is logged in"));
            if let Some(member) = member.map_err(IntoResponse::into_response)? {
                return Ok(Self { member, session });
            }
        }
        let sees = parts.method == Method::GET;
        let here = parts.uri.path_and_query().filter(|_| sees);
        let here = LocalPath::or_root(here.map(PathAndQuery::as_str));
        // As anywhere at the appspace: who last came by a server of their own chooses, others are known to the account site.
        let guest = state.site.cookies.read(&parts.headers, Kind::Guest);
        let is_guest = guest.is_some_and(|who| !who.reveal().is_empty());
        let to = if is_guest || !sees {
            way_in(&here)
        } else {
            with_account(&here)
        };
        Err(Redirect::to(&to).into_response())
    }
}
