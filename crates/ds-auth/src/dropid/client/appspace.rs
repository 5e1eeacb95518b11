//! What an appspace is to other servers.

use ds_core::secret::Token;
use url::Url;

use super::Discovered;
use crate::dropid::pkce::Derived;

/// Where an appspace describes itself; this address is its `client_id`.
pub const CLIENT_PATH: &str = "/.dropserver/client";
/// Where browsers come back to.
pub const CALLBACK_PATH: &str = "/.dropserver/callback";

/// An appspace as a client of other servers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    id: String,
    origin: String,
    redirect_uri: String,
}

impl Client {
    /// The appspace at this origin.
    ///
    /// # Errors
    /// If that is no address to begin with.
    pub fn at(origin: &Url) -> Result<Self, url::ParseError> {
        Ok(Self {
            id: origin.join(CLIENT_PATH)?.into(),
            origin: origin.join("/")?.into(),
            redirect_uri: origin.join(CALLBACK_PATH)?.into(),
        })
    }

    /// Its `client_id`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its one `redirect_uri`.
    #[must_use]
    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// How it describes itself: a Client ID Metadata Document.
    #[must_use]
    pub fn document(&self, name: &str) -> serde_json::Value {
        serde_json::json!({
            "client_id": self.id,
            "client_name": name,
            "client_uri": self.origin,
            "redirect_uris": [self.redirect_uri],
            "grant_types": ["authorization_code"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "none",
        })
    }

    /// Where a browser goes to be asked.
    pub(super) fn ask(&self, found: &Discovered, state: &Token, derived: &Derived) -> Url {
        let mut url = found.server.authorization_endpoint.clone();
        url.query_pairs_mut()
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.id)
            .append_pair("redirect_uri", &self.redirect_uri)
            .append_pair("state", state.reveal())
            .append_pair("code_challenge", derived.challenge().as_str())
            .append_pair("code_challenge_method", "S256")
            .append_pair("scope", "openid profile")
            .append_pair("nonce", &derived.nonce)
            .append_pair("me", found.entered.url().as_str());
        url
    }
}
