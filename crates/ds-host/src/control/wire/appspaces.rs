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
}
