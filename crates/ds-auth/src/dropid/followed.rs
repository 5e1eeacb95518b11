//! Where DropIDs of this host are followed, so that a change of one is shown there at once.

use async_trait::async_trait;
use ds_core::{AppspaceId, StoreError};

/// Appspaces of this host where a member may have taken over a name and picture. Whether they did, and follow still, is
/// told by the appspace's own data ([`MemberLooks`](ds_core::MemberLooks)): here may be too many, never too few for long.
#[async_trait]
pub trait FollowedStore: Send + Sync {
    /// Where somebody is followed.
    async fn followed_at(&self, who: &str) -> Result<Vec<AppspaceId>, StoreError>;
    /// Records that somebody is followed at an appspace; if it is known, that is fine.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such appspace.
    async fn add_followed(&self, appspace: AppspaceId, who: &str) -> Result<(), StoreError>;
    /// Forgets that somebody is followed at an appspace; if it is not known, that is fine.
    async fn remove_followed(&self, appspace: AppspaceId, who: &str) -> Result<(), StoreError>;
    /// Forgets somebody, wherever they are followed.
    async fn forget_followed(&self, who: &str) -> Result<(), StoreError>;
}
