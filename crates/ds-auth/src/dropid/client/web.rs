//! What is asked of other servers, and within which bounds.

use std::{error::Error, time::Duration};

use async_trait::async_trait;
use ds_net::GetError;
use url::Url;

/// The web as logins need it. It refuses what is not on the public internet, at every step, keeps no cookies, and
/// counts any status but success as an error.
#[async_trait]
pub trait Web: Send + Sync {
    /// Gets what is at an address.
    async fn get(&self, url: &Url, bounds: Bounds) -> Result<Got, WebError>;
    /// Sends a form and gets the answer's body.
    async fn post(
        &self,
        url: &Url,
        form: &[(&str, &str)],
        bounds: Bounds,
    ) -> Result<Vec<u8>, WebError>;
}

/// What a server gave.
#[derive(Clone, Debug)]
pub struct Got {
    /// Every address there was on the way, the final one last.
    pub seen: Vec<Url>,
    /// The `Link` headers of the last answer.
    pub links: Vec<String>,
    /// What it says it is.
    pub content_type: Option<String>,
    /// All of it.
    pub body: Vec<u8>,
}

/// What a request may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// For everything, redirects included.
    pub time: Duration,
    /// The largest body.
    pub bytes: u64,
    /// How often it may send elsewhere.
    pub redirects: u8,
    /// What to say is accepted.
    pub accept: &'static str,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// A person's page.
    Profile,
    /// A server's description.
    Metadata,
    /// A server's keys.
    Keys,
    /// A client's description.
    ClientDocument,
    /// Who a code stands for.
    Redemption,
    /// A person's picture.
    Picture,
}

/// Why a server gave nothing.
#[derive(Debug, thiserror::Error)]
#[error("{host} gave no good answer")]
pub struct WebError {
    /// Which.
    pub host: String,
    /// Why.
    #[source]
    pub source: Box<dyn Error + Send + Sync>,
}

impl WebError {
    /// Whether it was not asked at all, because its name leads to an address inside.
    #[must_use]
    pub fn is_inside(&self) -> bool {
        let error = self.source.downcast_ref::<GetError>();
        matches!(error, Some(GetError::Forbidden { host }) if *host == self.host)
    }
}

impl WebError {
    /// Whether nobody answered: the fault of the server, and not of what it was asked for.
    #[must_use]
    pub fn is_silence(&self) -> bool {
        use GetError::{Connect, Exchange, Forbidden, Resolve, TooSlow};
        let error = self.source.downcast_ref::<GetError>();
        error.is_some_and(|error| {
            matches!(
                error,
                Resolve { .. }
                    | Forbidden { .. }
                    | Connect { .. }
                    | Exchange { .. }
                    | TooSlow { .. }
            )
        })
    }
}

impl Want {
    /// What it may take.
    #[must_use]
    pub fn bounds(self) -> Bounds {
        const JSON: &str = "application/json";
        let (seconds, kib, redirects, accept) = match self {
            Self::Profile => (5, 512, 3, "text/html, */*;q=0.1"),
            Self::Metadata | Self::Keys => (5, 64, 0, JSON),
            Self::ClientDocument => (3, 16, 0, JSON),
            Self::Redemption => (10, 16, 0, JSON),
            Self::Picture => (5, 2048, 1, "image/*"),
        };
        Bounds {
            time: Duration::from_secs(seconds),
            bytes: kib << 10,
            redirects,
            accept,
        }
    }
}
