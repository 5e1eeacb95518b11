//! Clients are addresses.

use std::fmt;

use url::{Origin, Url};

use crate::dropid::{name::Local, profile::web_url};

/// The address that names a client. Compared as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ClientId {
    text: String,
    url: Url,
}

/// A text that names no client.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{shown}` names no website: {problem}")]
pub struct ClientIdError {
    shown: String,
    problem: &'static str,
}

impl ClientId {
    /// Reads a `client_id`: `https:`, or `http:` on this computer where that is not refused. Clients that run on the
    /// person's own computer (loopback) are no websites.
    ///
    /// # Errors
    /// If it is none.
    pub fn read(text: &str, local: Local) -> Result<Self, ClientIdError> {
        let refuse = |problem| ClientIdError {
            shown: text.chars().filter(|c| !c.is_control()).take(80).collect(),
            problem,
        };
        let url = web_url(text, local).map_err(refuse)?;
        let text = text.to_owned();
        Ok(Self { text, url })
    }

    /// The `client_id` as it was sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Where its document is.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// What to show of it, large: host, and port if there is one.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.url[url::Position::BeforeHost..url::Position::AfterPort]
    }

    /// Scheme, host and port.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.url.origin()
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
