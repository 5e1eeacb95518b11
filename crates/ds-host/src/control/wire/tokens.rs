//! What is said about tokens of the API.

use ds_auth::ApiToken;
use serde::{Deserialize, Serialize};

/// A token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// Its id.
    pub id: String,
    /// What its account calls it.
    pub name: String,
    /// What its bearer may do: `read` or `manage`.
    pub scope: String,
    /// When it was made, RFC 3339.
    pub created: String,
    /// When it ends, if it does.
    pub expires: Option<String>,
    /// When it was last used.
    pub last_used: Option<String>,
    /// What its bearer presents. Told once, when it is made.
    pub secret: Option<super::Secret>,
}

impl From<ApiToken> for Token {
    fn from(token: ApiToken) -> Self {
        Self {
            id: token.id.to_string(),
            name: token.name,
            scope: token.scope.to_string(),
            created: token.created.to_string(),
            expires: token.expires.map(|time| time.to_string()),
            last_used: token.last_used.map(|time| time.to_string()),
            secret: None,
        }
    }
}
