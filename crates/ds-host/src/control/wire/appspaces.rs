//! Appspaces and their members.

use serde::{Deserialize, Serialize};

/// An appspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appspace {
    /// Its id.
    pub id: String,
    /// The host name it answers at.
    pub address: String,
    /// Where to open it.
    pub url: String,
    /// The name of its app.
    pub app: String,
    /// The version of its app.
    pub version: String,
    /// `awake` (a sandbox runs), `asleep` (one starts when needed), `paused` or `closed`.
    pub status: String,
    /// Why it is closed, if it is.
    pub reason: Option<String>,
    /// When it was made, RFC 3339.
    pub created: String,
    /// The hosts that its app asks to reach and nobody has allowed.
    pub egress_waiting: Vec<String>,
}

/// A member of an appspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Who they are to the app.
    pub id: String,
    /// The name other members see.
    pub name: String,
    /// Whether they own the appspace, which includes every permission.
    pub owner: bool,
    /// What they may do beyond being a member.
    pub permissions: Vec<String>,
    /// The role that the app suggests and that allows exactly this.
    pub role: Option<String>,
    /// How they log in: mail addresses, DropIDs, pages.
    pub logins: Vec<String>,
    /// When they were here last, to about an hour, RFC 3339; if it is known.
    pub last_seen: Option<String>,
}

/// Somebody who may not come back to an appspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Barred {
    /// Names it.
    pub id: String,
    /// What they were called there.
    pub name: String,
    /// How they logged in, as far as the owner was shown.
    pub logins: Vec<String>,
    /// Since when, RFC 3339.
    pub since: String,
}

/// An invitation link to an appspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinLink {
    /// The link itself, told this once.
    pub link: String,
    /// For whom it is.
    pub note: String,
    /// What they may do who come with it.
    pub permissions: Vec<String>,
    /// How many may.
    pub uses: u32,
    /// When it ends, RFC 3339.
    pub expires: String,
}
