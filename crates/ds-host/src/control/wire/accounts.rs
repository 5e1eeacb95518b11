//! Accounts.

use serde::{Deserialize, Serialize};

/// An account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its id.
    pub id: String,
    /// The mail address to log in with.
    pub email: String,
    /// Whether it may run the host.
    pub admin: bool,
    /// When it was made, RFC 3339.
    pub created: String,
}

/// A link to set a password anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResetLink {
    /// The mail address of the account.
    pub email: String,
    /// The link. Told once.
    pub link: super::Secret,
    /// Whether the account's password is enough from now on.
    pub second_step_dropped: bool,
}
