//! What a backup of the original Dropserver says of its appspace.

use std::{collections::BTreeSet, path::Path};

use async_trait::async_trait;

use crate::{Member, Permission, ProxyId, Schema, StoreError};

/// What the original keeps in an appspace's meta database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginalMeta {
    /// The version of its tables: 0 or 1.
    pub version: u32,
    /// The schema of the data.
    pub schema: Schema,
    /// The members, by proxy id. Which of them is the owner it does not say.
    pub members: Vec<OriginalMember>,
}

/// A member of an appspace of the original.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginalMember {
    /// Who they are to the app.
    pub proxy_id: ProxyId,
    /// The name other members see, made to fit our rules; their proxy id if they had none.
    pub display_name: String,
    /// A file name inside the avatars directory; empty if there is none.
    pub avatar: String,
    /// What they may do beyond being a member.
    pub permissions: BTreeSet<Permission>,
    /// Permissions of theirs whose names cannot be permissions here.
    pub unknown_permissions: Vec<String>,
    /// How they logged in.
    pub logins: Vec<OriginalLogin>,
}

/// A way in which a member logged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OriginalLogin {
    /// `email`, `dropid` or `tsnetid`.
    pub kind: String,
    /// Who they are there.
    pub identifier: String,
    /// What else they are called there; may be empty.
    pub extra_name: String,
}

impl OriginalMember {
    /// The member as we keep them.
    #[must_use]
    pub fn member(&self, is_owner: bool) -> Member {
        Member {
            proxy_id: self.proxy_id.clone(),
            display_name: self.display_name.clone(),
            avatar: self.avatar.clone(),
            permissions: self.permissions.clone(),
            is_owner,
        }
    }
}

/// Reads meta databases of the original, which may come from anywhere.
#[async_trait]
pub trait OriginalReader: Send + Sync {
    /// What this database says. It is not changed.
    ///
    /// # Errors
    /// If it is damaged, or of a version that nobody here knows, or holds what no such database holds.
    async fn read_original(&self, database: &Path) -> Result<OriginalMeta, StoreError>;
}
