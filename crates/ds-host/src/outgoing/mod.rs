//! Asking other hosts who somebody is, and what somebody's site says of itself: always through `ds-net`, so that
//! nobody lets this host knock on doors inside its own network.
//!
//! What is on this very host is not asked for over the network ([`Outgoing::with_own_site`]): a router may not lead out
//! and back in, and a name that leads to an inner address would be refused. It is answered by the same pages, so every
//! check stays what it is.

mod local_names;
mod own_site;

use ds_auth::dropid::{
    Local,
    client::{Bounds, Got, Web, WebError},
};
use ds_net::{AddressFilter, Client, IpNet, SetUpError};
use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use url::Url;

use crate::{dropids::Domains, ops::Names};

pub(crate) use local_names::WithLocalNames;
use own_site::OwnSite;

/// The addresses of this computer.
const LOOPBACK: [&str; 2] = ["127.0.0.0/8", "::1/128"];

/// The web as this host sees it. Clones are the same.
#[derive(Clone)]
pub struct Outgoing {
    client: Client,
    own: Option<Arc<OwnSite>>,
}

impl Outgoing {
    /// Asks servers on the public internet, and those at these addresses. Names of this computer are only asked by a
    /// host that has such a name itself, and plain HTTP only by one that is reached by that.
    ///
    /// # Errors
    /// If TLS cannot be set up.
    pub fn new(
        names: &Names,
        allow: &[IpNet],
        authorities: Vec<Vec<u8>>,
    ) -> Result<Self, SetUpError> {
        let local = names.local();
        let mut allow = allow.to_vec();
        if local != Local::Refused {
            allow.extend(LOOPBACK.iter().filter_map(|net| net.parse::<IpNet>().ok()));
        }
        let client = Client::new(ds_net::Config {
            filter: AddressFilter::new(allow),
            allow_http: local == Local::Http,
            authorities,
            resolver: Arc::new(WithLocalNames),
            ..ds_net::Config::default()
        })?;
        Ok(Self { client, own: None })
    }

    /// The same, with what is on this host answered by its own account site, and by the pages of its domains that have
    /// nothing but DropIDs.
    #[must_use]
    pub fn with_own_site(
        self,
        names: &Names,
        site: Router,
        others: Option<(Domains, Router)>,
    ) -> Self {
        let own = OwnSite::new(names, site, others);
        Self {
            own: Some(Arc::new(own)),
            ..self
        }
    }

    /// What goes out by it.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    fn own(&self, url: &Url) -> Option<&OwnSite> {
        self.own.as_deref().filter(|own| own.has(url))
    }
}

#[async_trait]
impl Web for Outgoing {
    async fn get(&self, url: &Url, bounds: Bounds) -> Result<Got, WebError> {
        match self.own(url) {
            Some(own) => own.get(url, bounds).await,
            None => Web::get(&self.client, url, bounds).await,
        }
    }

    async fn post(
        &self,
        url: &Url,
        form: &[(&str, &str)],
        bounds: Bounds,
    ) -> Result<Vec<u8>, WebError> {
        match self.own(url) {
            Some(own) => own.post(url, form, bounds).await,
            None => Web::post(&self.client, url, form, bounds).await,
        }
    }
}

#[cfg(test)]
mod tests;
