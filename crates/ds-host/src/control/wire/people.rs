//! What is said about the people of a host.

use ds_auth::people::AccountEntry;
use serde::{Deserialize, Serialize};

use super::Secret;
use crate::ops::Invited;

/// An account, as those who run the host see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Its id.
    pub id: String,
    /// The mail address to log in with.
    pub email: String,
    /// Whether it may run the host.
    pub admin: bool,
    /// When it was made, RFC 3339.
    pub created: String,
    /// Since when it is blocked.
    pub blocked: Option<String>,
    /// Whether it is being removed.
    pub leaving: bool,
    /// When its person was here last, to about an hour, as far as sessions tell.
    pub seen: Option<String>,
    /// Appspaces that were to be paused with it and could not be.
    #[serde(default)]
    pub not_paused: Vec<String>,
}

/// An invitation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// The only mail address it makes an account for.
    pub email: Option<String>,
    /// When it ends, RFC 3339.
    pub expires: String,
    /// The link, told once; `None` if it was mailed.
    pub link: Option<Secret>,
}

impl From<AccountEntry> for Person {
    fn from(entry: AccountEntry) -> Self {
        let seen = entry.seen().map(|time| time.to_string());
        let AccountEntry {
            account,
            blocked,
            is_leaving,
            ..
        } = entry;
        Self {
            id: account.id.to_string(),
            email: account.email,
            admin: account.is_admin,
            created: account.created.to_string(),
            blocked: blocked.map(|time| time.to_string()),
            leaving: is_leaving,
            seen,
            not_paused: Vec::new(),
        }
    }
}

impl From<Invited> for Invitation {
    fn from(invited: Invited) -> Self {
        Self {
            email: invited.invitation.email,
            expires: invited.invitation.expires.to_string(),
            link: invited.link.map(Secret),
        }
    }
}
