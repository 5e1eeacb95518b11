//! What is said about API keys and secret links.

use serde::{Deserialize, Serialize};

use crate::ops::KeySummary;

/// A key, a link, or a program that a member let in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// Its id.
    pub id: String,
    /// `key`, `link` or `client`.
    pub kind: String,
    /// What it is called.
    pub name: String,
    /// The proxy id of the member that it is, or acts for.
    pub member: String,
    /// The name of the member that a client acts for.
    pub acts_for: Option<String>,
    /// What it may do beyond being a member.
    pub permissions: Vec<String>,
    /// When it was made, RFC 3339.
    pub created: String,
    /// When it ends, if it does.
    pub expires: Option<String>,
    /// When it was last used, to the hour.
    pub last_used: Option<String>,
    /// Where a link leads.
    pub path: Option<String>,
    /// What its bearer presents, or the link's address. Told once, when it is made.
    pub secret: Option<super::Secret>,
}

impl From<KeySummary> for Key {
    fn from(key: KeySummary) -> Self {
        let permissions = key.permissions().iter().map(ToString::to_string).collect();
        let KeySummary { token, member, .. } = key;
        let is_client = token.kind == ds_auth::TokenKind::Client;
        Self {
            id: token.id.to_string(),
            kind: token.kind.as_str().to_owned(),
            name: token.name,
            member: token.member.to_string(),
            acts_for: member.filter(|_| is_client).map(|one| one.display_name),
            permissions,
            created: token.created.to_string(),
            expires: token.expires.map(|time| time.to_string()),
            last_used: token.last_used.map(|time| time.to_string()),
            path: Some(token.path).filter(|path| !path.is_empty()),
            secret: None,
        }
    }
}
