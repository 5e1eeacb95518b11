//! What is said about the people of a host.

use ds_auth::people::{AccountEntry, AuditAction, AuditRow};
use serde::{Deserialize, Serialize};

use super::Secret;
use crate::ops::{Invited, ShownInvitation};

/// An account, as those who run the host see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Its id.
    pub id: String,
    /// What its person is called; empty if they said nothing.
    #[serde(default)]
    pub name: String,
    /// The mail address to log in with.
    pub email: String,
    /// Whether it is known to be theirs.
    #[serde(default)]
    pub proven: bool,
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

/// An invitation that is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenInvitation {
    /// Its id; it opens nothing.
    pub id: String,
    /// The only mail address it is for.
    pub email: Option<String>,
    /// Who invites, by mail address; empty for the command line.
    pub by: String,
    /// When it was made, RFC 3339.
    pub created: String,
    /// When it ends, RFC 3339.
    pub expires: String,
}

/// Something that was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Larger for what was done later: what came before it is asked for with it.
    pub place: i64,
    /// When, RFC 3339.
    pub at: String,
    /// By whom, as they were called then.
    pub by: String,
    /// What, in a word.
    pub action: AuditAction,
    /// To whom or what.
    pub about: String,
}

impl From<AuditRow> for Note {
    fn from(row: AuditRow) -> Self {
        Self {
            place: row.place,
            at: row.entry.at.to_string(),
            by: row.entry.who,
            action: row.entry.action,
            about: row.entry.about,
        }
    }
}

impl From<ShownInvitation> for OpenInvitation {
    fn from(shown: ShownInvitation) -> Self {
        let ShownInvitation { invitation, by } = shown;
        Self {
            id: invitation.token.as_str().to_owned(),
            email: invitation.email,
            by,
            created: invitation.created.to_string(),
            expires: invitation.expires.to_string(),
        }
    }
}

impl From<AccountEntry> for Person {
    fn from(entry: AccountEntry) -> Self {
        let seen = entry.seen().map(|time| time.to_string());
        let AccountEntry {
            account,
            name,
            blocked,
            is_leaving,
            ..
        } = entry;
        Self {
            id: account.id.to_string(),
            name,
            email: account.email,
            proven: account.email_proven,
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
