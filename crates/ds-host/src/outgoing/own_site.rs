//! What is asked of this host by itself.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, Response, header},
};
use ds_auth::dropid::{
    AUTHORIZE_PATH,
    client::{Bounds, Got, WebError},
};
use ds_core::Address;
use tokio::time::timeout;
use tower::ServiceExt as _;
use url::{Position, Url};

use crate::{dropids::Domains, ops::Names, site::Domain};

/// The account site of this host, and its domains of DropIDs, asked as another host would ask them.
pub(super) struct OwnSite {
    names: Names,
    site: Router,
    /// The domains that have nothing but DropIDs, and what answers there.
    others: Option<(Domains, Router)>,
}

/// An answer, and where it was found.
struct Answered {
    seen: Vec<Url>,
    response: Response<Body>,
}

impl OwnSite {
    pub(super) fn new(names: &Names, site: Router, others: Option<(Domains, Router)>) -> Self {
        let names = names.clone();
        Self {
            names,
            site,
            others,
        }
    }

    /// Whether an address is on it.
    pub(super) fn has(&self, url: &Url) -> bool {
        self.at(url).is_some()
    }

    /// What answers at an address, and at which domain that is if it is not the account site's.
    fn at(&self, url: &Url) -> Option<(&Router, Option<Domain>)> {
        let host: Address = url.host_str()?.parse().ok()?;
        if url.origin().ascii_serialization() != self.names.origin(&host) {
            return None;
        }
        if host == self.names.site {
            return Some((&self.site, None));
        }
        let (domains, pages) = self.others.as_ref()?;
        domains
            .is_other(&host)
            .then_some((pages, Some(Domain(host))))
    }

    pub(super) async fn get(&self, url: &Url, bounds: Bounds) -> Result<Got, WebError> {
        let asked = timeout(bounds.time, async {
            let answered = self.follow(url, bounds).await?;
            let headers = answered.response.headers().clone();
            let texts = |name: header::HeaderName| {
                let values = headers.get_all(name).into_iter();
                values
                    .filter_map(|value| Some(value.to_str().ok()?.to_owned()))
                    .collect::<Vec<_>>()
            };
            Ok(Got {
                links: texts(header::LINK),
                content_type: texts(header::CONTENT_TYPE).into_iter().next(),
                body: body(url, answered.response, bounds).await?,
                seen: answered.seen,
            })
        });
        asked.await.unwrap_or_else(|_| Err(wrong(url, "too slow")))
    }

    pub(super) async fn post(
        &self,
        url: &Url,
        form: &[(&str, &str)],
        bounds: Bounds,
    ) -> Result<Vec<u8>, WebError> {
        // Codes are redeemed there and nowhere else; other forms are sent by people.
        if url.path() != AUTHORIZE_PATH {
            return Err(wrong(url, "it takes no codes"));
        }
        let text = {
            let mut text = url::form_urlencoded::Serializer::new(String::new());
            text.extend_pairs(form).finish()
        };
        let asked = timeout(bounds.time, async {
            let response = self.ask(url, Some(text), bounds).await?;
            body(url, good(url, response)?, bounds).await
        });
        asked.await.unwrap_or_else(|_| Err(wrong(url, "too slow")))
    }

    /// Asks, and asks elsewhere on this site as told.
    async fn follow(&self, url: &Url, bounds: Bounds) -> Result<Answered, WebError> {
        let mut seen = vec![url.clone()];
        loop {
            let at = seen.last().unwrap_or(url).clone();
            let response = self.ask(&at, None, bounds).await?;
            if !response.status().is_redirection() {
                let response = good(url, response)?;
                return Ok(Answered { seen, response });
            }
            let to = response.headers().get(header::LOCATION);
            let to = to.and_then(|to| at.join(to.to_str().ok()?).ok());
            match to.filter(|to| self.has(to)) {
                Some(to) if seen.len() <= usize::from(bounds.redirects) => seen.push(to),
                _ => return Err(wrong(url, "it sends elsewhere")),
            }
        }
    }

    async fn ask(
        &self,
        url: &Url,
        form: Option<String>,
        bounds: Bounds,
    ) -> Result<Response<Body>, WebError> {
        let path = &url[Position::BeforePath..Position::AfterQuery];
        let request = match &form {
            None => Request::get(path),
            Some(_) => Request::post(path)
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded"),
        };
        let request = request
            .header(
                header::HOST,
                &url[Position::BeforeHost..Position::AfterPort],
            )
            .header(header::ACCEPT, bounds.accept)
            .body(form.map_or_else(Body::empty, Body::from));
        let mut request = request.map_err(|_| wrong(url, "it cannot be asked for"))?;
        let found = self.at(url).ok_or_else(|| wrong(url, "it is not here"))?;
        let (pages, domain) = found;
        if let Some(domain) = domain {
            request.extensions_mut().insert(domain);
        }
        let answered = pages.clone().oneshot(request).await;
        Ok(answered.unwrap_or_else(|never| match never {}))
    }
}

fn good(url: &Url, response: Response<Body>) -> Result<Response<Body>, WebError> {
    if response.status().is_success() {
        Ok(response)
    } else {
        Err(wrong(
            url,
            &format!("it answers with {}", response.status()),
        ))
    }
}

async fn body(url: &Url, response: Response<Body>, bounds: Bounds) -> Result<Vec<u8>, WebError> {
    let most = usize::try_from(bounds.bytes).unwrap_or(usize::MAX);
    let bytes = to_bytes(response.into_body(), most).await;
    let bytes = bytes.map_err(|_| wrong(url, "it is too large"))?;
    Ok(bytes.to_vec())
}

fn wrong(url: &Url, why: &str) -> WebError {
    WebError {
        host: url.host_str().unwrap_or_default().to_owned(),
        source: format!("this host's own page {}: {why}", url.path()).into(),
    }
}
