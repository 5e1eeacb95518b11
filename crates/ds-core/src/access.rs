//! Who a route lets in. The rule is carried by routes and decided by ds-auth, so it lives below both.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Whom a route is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "allow", rename_all = "kebab-case")]
pub enum Access {
    /// Everybody, logged in or not.
    Public,
    /// Members of the appspace; with a permission, those who hold it. The owner holds every permission.
    Authorized {
        /// The permission a member needs, if any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        permission: Option<Permission>,
    },
}

/// The name of something that members may or may not do in an app, as the app calls it.
///
/// 1 to 64 characters of letters, digits, `-`, `_`, `.` and `:`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Permission(String);

/// A permission name that breaks the rules.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a permission name: use 1 to 64 letters, digits, `-`, `_`, `.` or `:`")]
pub struct PermissionError(String);

impl Permission {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Permission {
    type Error = PermissionError;
    fn try_from(text: String) -> Result<Self, PermissionError> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.:".contains(&b);
        if (1..=64).contains(&text.len()) && text.bytes().all(plain) {
            Ok(Self(text))
        } else {
            Err(PermissionError(text.chars().take(64).collect()))
        }
    }
}

impl FromStr for Permission {
    type Err = PermissionError;
    fn from_str(text: &str) -> Result<Self, PermissionError> {
        Self::try_from(text.to_owned())
    }
}

impl From<Permission> for String {
    fn from(permission: Permission) -> Self {
        permission.0
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
