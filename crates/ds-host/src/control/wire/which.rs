//! What commands are about.

use serde::{Deserialize, Serialize};

/// An appspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Which {
    /// Whose it is.
    pub owner: Option<String>,
    /// A label or a full name.
    pub address: String,
}

/// A member of an appspace, and a permission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permit {
    /// Where.
    pub which: Which,
    /// Who: a mail address or a member's id.
    pub member: String,
    /// What they may do.
    pub permission: String,
}

/// Text that debug output must not show.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}
