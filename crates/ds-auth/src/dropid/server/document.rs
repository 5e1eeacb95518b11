//! What a client says of itself (OAuth Client ID Metadata Document).

use serde::Deserialize;

use super::ClientId;
use crate::dropid::client::shown_name;

/// Redirect addresses beyond these are not read.
const MOST: usize = 50;

/// What is kept of a client's description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientDocument {
    /// What it calls itself. A claim: anybody can call themselves anything.
    pub name: Option<String>,
    /// Where it may be sent to besides its own origin, to the letter.
    pub redirect_uris: Vec<String>,
}

/// A description that is not relied on.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// It is not what it should be.
    #[error("its description cannot be understood")]
    Json(#[source] serde_json::Error),
    /// It says something that must not be.
    #[error("its description is not to be relied on: {0}")]
    Refused(&'static str),
}

#[derive(Deserialize)]
struct Wire {
    client_id: String,
    client_name: Option<String>,
    client_uri: Option<String>,
    #[serde(default)]
    redirect_uris: Vec<String>,
    client_secret: Option<serde::de::IgnoredAny>,
}

impl ClientDocument {
    /// Reads what was found at a client's address, without redirects.
    ///
    /// # Errors
    /// If it cannot be understood, or is another client's.
    pub fn read(client: &ClientId, body: &[u8]) -> Result<Self, DocumentError> {
        let wire: Wire = serde_json::from_slice(body).map_err(DocumentError::Json)?;
        let refuse = |why| Err(DocumentError::Refused(why));
        if wire.client_id != client.as_str() {
            return refuse("it is of another client");
        }
        if wire
            .client_uri
            .is_some_and(|uri| !client.as_str().starts_with(&uri))
        {
            return refuse("its page is not where it is itself");
        }
        if wire.client_secret.is_some() {
            return refuse("it publishes a secret");
        }
        if wire.redirect_uris.len() > MOST {
            return refuse("it has too many addresses");
        }
        Ok(Self {
            name: wire.client_name.as_deref().and_then(shown_name),
            redirect_uris: wire.redirect_uris,
        })
    }
}
