//! What changes something arrives whole before it begins: until then a browser that goes away, or an appspace that closes,
//! ends it, and nothing was done.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, Method},
};
use ds_auth::cookie::Kind;
use ds_serve::Site;
use http::Request;

use super::{EntranceState, FORM_LIMIT, me};
use crate::{
    arrived::{FORM_TIME, read},
    site::SiteError,
};

/// How long a picture may take.
const PICTURE_TIME: Duration = Duration::from_mins(10);

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
        let sends = sends_picture(state, site, &head.method, head.uri.path(), &head.headers);
        let (most, time) = if sends.await? {
            (me::PICTURE_LIMIT, PICTURE_TIME)
        } else {
            (FORM_LIMIT, FORM_TIME)
        };
        read(body, most, time).await?
    };
    Ok(Request::from_parts(head, Body::from(bytes)))
}

/// Whether it may be a picture, which is large: only members send them.
async fn sends_picture(
    state: &EntranceState,
    site: &Site,
    method: &Method,
    path: &str,
    headers: &HeaderMap,
) -> Result<bool, SiteError> {
    if path != me::PICTURE || method != Method::POST {
        return Ok(false);
    }
    let Some(session) = state.site.cookies.read(headers, Kind::Member) else {
        return Ok(false);
    };
    let member = state.site.sessions.member(site.appspace.id, &session).await;
    let member = member.map_err(SiteError::failed("find out who is logged in"))?;
    Ok(member.is_some())
}
