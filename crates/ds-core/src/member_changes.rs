//! What can be changed of a member beside single permissions.

use std::collections::BTreeSet;

use async_trait::async_trait;

use crate::{AppspaceId, Permission, ProxyId, StoreError};

/// Changes members; kept inside each appspace's own data, as they are. All fail with [`StoreError::Missing`] if there is
/// no such member.
#[async_trait]
pub trait MemberChanges: Send + Sync {
    /// Calls a member something else.
    async fn set_name(
        &self,
        appspace: AppspaceId,
        id: &ProxyId,
        name: &str,
    ) -> Result<(), StoreError>;
    /// Gives a member another picture, or none if the name is empty. Says which they had, so that its file can go.
    async fn set_avatar(
        &self,
        appspace: AppspaceId,
        id: &ProxyId,
        avatar: &str,
    ) -> Result<String, StoreError>;
    /// Replaces all that a member may do.
    async fn set_permissions(
        &self,
        appspace: AppspaceId,
        id: &ProxyId,
        permissions: &BTreeSet<Permission>,
    ) -> Result<(), StoreError>;
}
