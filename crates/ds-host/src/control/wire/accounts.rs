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
