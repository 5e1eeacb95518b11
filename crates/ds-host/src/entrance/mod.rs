//! The host's own pages at the address of each appspace, below `/.dropserver/`: other ways to log in, and what
//! members do about themselves.
//!
//! They stand here and not at the account site because their cookies must be the appspace's, and because
//! those who come may have no account on this host. ds-serve's [`Door`](ds_serve::Door) asks for them, once the
//! appspace is known and open and no other site's page sent the request.

mod arrived;
mod at;
pub mod enter;
mod inside;
mod join;
pub mod links;
mod me;
mod oauth;
mod pages;

use std::sync::Arc;

use async_trait::async_trait;
use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{HeaderName, HeaderValue, header},
    middleware::from_fn_with_state,
    response::IntoResponse as _,
    routing::get,
};
use ds_sandbox::Body;
use ds_serve::{OwnPolicy, ServeError, Site};
use http::{Request, Response};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use crate::{
    arrived::FORM_LIMIT,
    finish::{Finish, Holds, finish},
    site::{SiteError, SiteState, assets},
};

pub use at::At;
pub use enter::{LoginParts, Logins, OriginalLogins, Proved, Seen, refresh};
pub use pages::{EntranceFrame, asset};

/// What browsers may do with these pages: our own files alone, in nobody's frame.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
);

/// What the entrance stands on. Clones share everything.
#[derive(Clone)]
pub struct EntranceState {
    /// What the account site stands on.
    pub site: SiteState,
    /// Logging in from elsewhere.
    pub logins: Arc<Logins>,
    /// Counts who opens secret links.
    pub links: links::LinkRates,
}

/// Where members see the programs that they let in.
#[must_use]
pub fn clients_path() -> &'static str {
    oauth::CLIENTS_PATH
}

/// The entrance of every appspace.
pub struct Entrance {
    pages: Router,
    state: EntranceState,
}

impl Entrance {
    /// Puts its pages together.
    #[must_use]
    pub fn new(state: EntranceState) -> Self {
        let pages = Router::new()
            .route("/.dropserver/assets/{hash}/{name}", get(assets::serve))
            .merge(enter::routes())
            .merge(join::routes())
            .merge(me::routes())
            .merge(oauth::routes())
            .merge(links::routes())
            .fallback(async || SiteError::NoPage)
            .method_not_allowed_fallback(async || SiteError::NoMethod)
            .layer(DefaultBodyLimit::max(FORM_LIMIT))
            .layer(from_fn_with_state(Finish::default(), finish))
            .with_state(state.clone());
        Self { pages, state }
    }
}

#[async_trait]
impl ds_serve::Entrance for Entrance {
    async fn answer(
        &self,
        site: Arc<Site>,
        request: Request<Body>,
    ) -> Result<Response<Body>, ServeError> {
        let request = request.map(axum::body::Body::new);
        let response = match arrived::whole(&self.state, &site, request).await {
            Ok(mut request) => {
                // What goes on without its browser goes on inside the appspace; it may have closed while the form arrived.
                if !request.method().is_safe() {
                    let lease = Arc::new(site.gate.enter()?);
                    request.extensions_mut().insert(Holds(lease));
                }
                request.extensions_mut().insert(At(Arc::clone(&site)));
                let answered = self.pages.clone().oneshot(request).await;
                answered.unwrap_or_else(|never| match never {})
            }
            Err(error) => error.into_response(),
        };
        let mut response = pages::in_own_clothes(&site, response);
        add_headers(&mut response);
        Ok(response.map(|body| body.map_err(Into::into).boxed_unsync()))
    }

    fn takes(&self, path: &str) -> bool {
        oauth::WELL_KNOWN.contains(&path)
    }

    fn takes_original_logins(&self) -> bool {
        self.state.logins.takes_original()
    }
}

/// What every answer says, unless it says otherwise itself.
fn add_headers<B>(response: &mut Response<B>) {
    response.extensions_mut().insert(OwnPolicy);
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        // The app has the same origin, and addresses here may have secrets in them. With `no-referrer` forms would say
        // that they come from nowhere.
        (
            header::REFERRER_POLICY,
            HeaderValue::from_static("strict-origin"),
        ),
        (
            HeaderName::from_static("permissions-policy"),
            HeaderValue::from_static("camera=(), geolocation=(), microphone=()"),
        ),
    ] {
        headers.entry(name).or_insert(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_app_is_not_told_the_addresses_of_these_pages() {
        let mut plain = Response::new(());
        add_headers(&mut plain);
        assert_eq!(plain.headers()[header::REFERRER_POLICY], "strict-origin");

        let mut stricter = Response::new(());
        let none = HeaderValue::from_static("no-referrer");
        stricter.headers_mut().insert(header::REFERRER_POLICY, none);
        add_headers(&mut stricter);
        assert_eq!(stricter.headers()[header::REFERRER_POLICY], "no-referrer");
    }
}
