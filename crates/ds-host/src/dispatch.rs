//! Whom a request is for: the account site, or an appspace.

use std::sync::Arc;

use axum::Router;
use ds_core::Address;
use ds_lifecycle::Moves;
use ds_sandbox::Body;
use ds_serve::Appspaces;
use http::{HeaderValue, Request, Response, StatusCode, Uri, header};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use tower::ServiceExt as _;

use crate::{dropids::Domains, listen::Patient, moving, ops::Names, site::Domain};

/// Everything that this host answers to. Clones are the same.
#[derive(Clone)]
pub struct Dispatch(Arc<Inner>);

struct Inner {
    site_host: Address,
    site: Router,
    dropids: OtherDomains,
    appspaces: Appspaces,
    moves: Moves,
}

/// The domains that have nothing but DropIDs, and what answers there.
pub(crate) struct OtherDomains {
    pub(crate) domains: Domains,
    pub(crate) pages: Router,
}

impl Dispatch {
    /// The account site at its address, DropIDs at their domains, appspaces at all others.
    pub(crate) fn new(
        site_host: Address,
        site: Router,
        dropids: OtherDomains,
        appspaces: Appspaces,
        moves: Moves,
    ) -> Self {
        Self(Arc::new(Inner {
            site_host,
            site,
            dropids,
            appspaces,
            moves,
        }))
    }

    /// Answers a request.
    pub async fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        let request = request.map(Patient::new);
        let address = address(&request);
        let is_for_site = address.as_ref() == Some(&self.0.site_host);
        let domain = address.clone();
        let domain = domain.filter(|address| self.0.dropids.domains.is_other(address));
        let elsewhere = address.and_then(|address| self.0.moves.redirect(&address));
        if is_for_site {
            let answered = self.0.site.clone().oneshot(request).await;
            let response = answered.unwrap_or_else(|never| match never {});
            response.map(|body| body.map_err(Into::into).boxed_unsync())
        } else if let Some(domain) = domain {
            let mut request = request;
            request.extensions_mut().insert(Domain(domain));
            let answered = self.0.dropids.pages.clone().oneshot(request).await;
            let response = answered.unwrap_or_else(|never| match never {});
            response.map(|body| body.map_err(Into::into).boxed_unsync())
        } else if let Some(origin) = elsewhere {
            moving::redirect(&request, &origin)
        } else {
            let request = request.map(http_body_util::BodyExt::boxed_unsync);
            self.0.appspaces.serve(request).await
        }
    }
}

/// Sends a request that came by plain HTTP to the same place by HTTPS.
pub(crate) fn to_https(names: &Names, request: &Request<Incoming>) -> Response<Body> {
    let mut response = Response::new(ds_sandbox::empty_body());
    let target = address(request).and_then(|address| {
        let path = request
            .uri()
            .path_and_query()
            .map_or("/", |path| path.as_str());
        let target = format!("{}{path}", names.origin(&address));
        target.parse::<Uri>().ok()?;
        HeaderValue::try_from(target).ok()
    });
    match target {
        Some(target) => {
            *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
            response.headers_mut().insert(header::LOCATION, target);
        }
        None => *response.status_mut() = StatusCode::BAD_REQUEST,
    }
    response
}

/// The address a request is for: `:authority` of HTTP/2 or an absolute target, else the one `Host` header.
fn address<B>(request: &Request<B>) -> Option<Address> {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let host = hosts.next();
    if hosts.next().is_some() {
        return None;
    }
    let host = match request.uri().authority() {
        Some(authority) => authority.as_str(),
        None => host?.to_str().ok()?,
    };
    Address::from_host_header(host).ok()
}
