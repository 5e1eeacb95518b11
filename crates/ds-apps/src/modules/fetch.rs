//! Modules over the network.

use async_trait::async_trait;
use url::Url;

/// Something that was fetched.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// All of it.
    pub bytes: Vec<u8>,
    /// Where it was, after redirects.
    pub final_url: Url,
    /// What it says it is.
    pub content_type: Option<String>,
}

/// Why something could not be fetched, in a sentence for people.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct FetchError {
    /// What happened.
    pub message: String,
    /// Why.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// Gets modules from elsewhere. Implementations bound size, time and redirects, and refuse inner addresses.
#[async_trait]
pub trait Fetch: Send + Sync {
    /// Gets one address.
    async fn fetch(&self, url: &Url) -> Result<Fetched, FetchError>;

    /// The same, with these content types asked for, where that can be said.
    async fn fetch_as(&self, url: &Url, accept: &str) -> Result<Fetched, FetchError> {
        let _ = accept;
        self.fetch(url).await
    }
}
