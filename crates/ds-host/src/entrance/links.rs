//! Secret links: whoever opens one is a member without a name of their own, until the link is removed or ends.
//!
//! The token leaves the address bar at once, by a redirect. A link is good many times, so that what looks at links in
//! messages before people do (previews, mail scanners) uses nothing up.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::{
    Extension, Router,
    extract::{ConnectInfo, Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{AppendHeaders, IntoResponse as _, Redirect, Response},
    routing::get,
};
use ds_auth::{Rates, cookie::Kind};
use ds_core::Clock;

use super::{At, EntranceState};
use crate::{
    ops::{ErrorKind, LINK_PATH, OpError},
    site::{LocalPath, SiteError},
};

/// How often links may be opened from one network. A whole family may share one.
const OPENED: u32 = 60;
const WHILE: Duration = Duration::from_mins(10);

/// Counts who opens links.
#[derive(Clone)]
pub struct LinkRates(Arc<Rates<IpAddr>>);

impl LinkRates {
    /// Nobody yet.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Rates::new(clock, OPENED, WHILE)))
    }
}

pub(super) fn routes() -> Router<EntranceState> {
    Router::new().route(&format!("{LINK_PATH}{{token}}"), get(open))
}

/// `GET /.dropserver/link/{token}`. Whoever is logged in stays who they are: a link that somebody sends them does not
/// make them another.
async fn open(
    State(state): State<EntranceState>,
    at: At,
    connection: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    Path(token): Path<String>,
) -> Result<Response, SiteError> {
    const FAILED: &str = "open a link";
    let from = connection.map(|Extension(ConnectInfo(from))| from.ip());
    if state.links.0.count_network(from).is_err() {
        let message = "links were opened too often from where you are";
        let refused = OpError::new(ErrorKind::Busy, message);
        return Err(refused.with_hint("try again in ten minutes").into());
    }
    let (id, site) = (at.appspace.id, &state.site);
    let link = site.ops.keys().tokens().link(id, &token).await;
    let Some(link) = link.map_err(SiteError::failed(FAILED))? else {
        let message = "this link does not work any more, or not all of it was copied";
        let gone = OpError::new(ErrorKind::NotFound, message);
        return Err(gone
            .with_hint("ask whoever sent it to you for another")
            .into());
    };
    let path = LocalPath::or_root(Some(&link.path));
    let before = site.cookies.read(&headers, Kind::Member);
    if let Some(before) = before {
        let known = site.sessions.member(id, &before).await;
        if known.map_err(SiteError::failed(FAILED))?.is_some() {
            return Ok(onward(&path));
        }
    }
    let session = site.sessions.start_link(id, link.member).await;
    let session = session.map_err(SiteError::failed(FAILED))?;
    let cookie = site
        .cookies
        .set(Kind::Member, &session, Kind::Member.max_age());
    Ok((AppendHeaders([(header::SET_COOKIE, cookie)]), onward(&path)).into_response())
}

fn onward(path: &LocalPath) -> Response {
    let to = Redirect::to(path.as_str());
    let headers = [
        (
            header::REFERRER_POLICY,
            HeaderValue::from_static("no-referrer"),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    let robots = [("x-robots-tag", "noindex, nofollow")];
    let mut response = (headers, robots, to).into_response();
    *response.status_mut() = StatusCode::SEE_OTHER;
    response
}
