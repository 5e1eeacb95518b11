//! Members: the people (and later keys and links) that belong to an appspace.

use std::collections::BTreeSet;

use crate::{Permission, ProxyId};

/// Somebody who belongs to an appspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Who they are to the app.
    pub proxy_id: ProxyId,
    /// The name other members see, 1 to 30 characters.
    pub display_name: String,
    /// A file name inside the avatars directory; empty if there is none.
    pub avatar: String,
    /// What they may do beyond being a member.
    pub permissions: BTreeSet<Permission>,
    /// Owners hold every permission.
    pub is_owner: bool,
}

impl Member {
    /// Whether they may do what `permission` names.
    #[must_use]
    pub fn may(&self, permission: &Permission) -> bool {
        self.is_owner || self.permissions.contains(permission)
    }
}
