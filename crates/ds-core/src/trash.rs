//! Deleted appspaces, which can come back for a while.

use async_trait::async_trait;

use crate::{AccountId, Address, Appspace, AppspaceId, JobId, StoreError, Timestamp};

/// An appspace in the trash. It answers nowhere; all that belongs to it but its sessions is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trashed {
    /// As it was, with the address it had: that may be somebody else's now.
    pub appspace: Appspace,
    /// When it was deleted.
    pub deleted: Timestamp,
}

/// The appspaces in the trash of this host. What is in the trash is not found by
/// [`AppspaceStore`](crate::AppspaceStore).
#[async_trait]
pub trait TrashStore: Send + Sync {
    /// Moves an appspace to the trash, ends its sessions, frees its address, and records that this job is done:
    /// all of it or nothing.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such appspace, or no such job under way.
    async fn trash(&self, id: AppspaceId, at: Timestamp, job: JobId) -> Result<(), StoreError>;
    /// Brings an appspace back, at this address, and records that this job is done: both or neither.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if something answers at the address, [`StoreError::Missing`] if the trash has no
    /// such appspace, or there is no such job under way.
    async fn take_out(
        &self,
        id: AppspaceId,
        address: &Address,
        job: JobId,
    ) -> Result<(), StoreError>;
    /// One appspace in the trash.
    async fn trashed(&self, id: AppspaceId) -> Result<Option<Trashed>, StoreError>;
    /// Those of an account, deleted last first.
    async fn trash_of(&self, owner: AccountId) -> Result<Vec<Trashed>, StoreError>;
    /// Those that were deleted before then, deleted first first.
    async fn trashed_before(&self, then: Timestamp) -> Result<Vec<Trashed>, StoreError>;
    /// Forgets an appspace in the trash and all that belongs to it; one that is not there is fine.
    async fn forget_trashed(&self, id: AppspaceId) -> Result<(), StoreError>;
}
