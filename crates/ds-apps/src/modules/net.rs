//! Fetching modules with the host's own client, which refuses inner addresses and bounds everything.

use async_trait::async_trait;
use ds_net::Client;
use url::Url;

use super::{Fetch, FetchError, Fetched};

/// Fetches modules over the network.
#[derive(Clone)]
pub struct NetFetch(Client);

impl NetFetch {
    /// Uses this client; its bounds are the bounds of a module.
    #[must_use]
    pub fn new(client: Client) -> Self {
        Self(client)
    }
}

#[async_trait]
impl Fetch for NetFetch {
    async fn fetch(&self, url: &Url) -> Result<Fetched, FetchError> {
        self.fetch_as(url, "*/*").await
    }

    async fn fetch_as(&self, url: &Url, accept: &str) -> Result<Fetched, FetchError> {
        match self.0.get_as(url, accept).await {
            Ok(found) => Ok(Fetched {
                bytes: found.body.to_vec(),
                final_url: found.final_url,
                content_type: found.content_type,
            }),
            Err(error) => Err(FetchError {
                message: format!("{url} was not fetched"),
                source: Some(Box::new(error)),
            }),
        }
    }
}
