//! What changes something arrives whole before it begins: until then a browser that goes away, or an appspace that closes,
//! ends it, and nothing was done.

use axum::{
    body::{Body, Bytes, to_bytes},
    http::{HeaderMap, Method},
};
use ds_auth::cookie::Kind;
use ds_serve::Site;
use http::Request;
use http_body_util::LengthLimitError;

use super::{EntranceState, FORM_LIMIT, me};
use crate::site::SiteError;

/// The request with its body in memory; one that changes nothing, without any.
pub(super) async fn whole(
    state: &EntranceState,
    site: &Site,
    request: Request<Body>,
) -> Result<Request<Body>, SiteError> {
    let (head, body) = request.into_parts();
    let bytes = if head.method.is_safe() {
        Bytes::new()
    } else {
        let most = most(state, site, &head.method, head.uri.path(), &head.headers);
        read(body, most.await?).await?
    };
    Ok(Request::from_parts(head, Body::from(bytes)))
}

/// How much is taken. Pictures are large, and only members send them.
async fn most(
    state: &EntranceState,
    site: &Site,
    method: &Method,
    path: &str,
    headers: &HeaderMap,
) -> Result<usize, SiteError> {
    if path != me::PICTURE || method != Method::POST {
        return Ok(FORM_LIMIT);
    }
    let Some(session) = state.site.cookies.read(headers, Kind::Member) else {
        return Ok(FORM_LIMIT);
    };
    let member = state.site.sessions.member(site.appspace.id, &session).await;
    let member = member.map_err(SiteError::failed("find out who is logged in"))?;
    Ok(member.map_or(FORM_LIMIT, |_| me::PICTURE_LIMIT))
}

async fn read(body: Body, most: usize) -> Result<Bytes, SiteError> {
    to_bytes(body, most).await.map_err(|error| {
        let source = std::error::Error::source(&error);
        if source.is_some_and(<dyn std::error::Error>::is::<LengthLimitError>) {
            SiteError::TooLarge
        } else {
            SiteError::BadForm
        }
    })
}
