//! What members took over from their own hosts: as long as it is what they are shown with, they follow these.

use async_trait::async_trait;

use crate::{AppspaceId, Member, ProxyId, StoreError};

/// Name and picture that a member took over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TakenLook {
    /// Whose they are: a DropID, or the address of a page, in its one spelling.
    pub who: String,
    /// The name; empty if none was taken.
    pub name: String,
    /// Where the picture was; empty if there was none.
    pub photo: String,
    /// The file that it became; empty if there was none.
    pub avatar: String,
}

/// What members took over last. Kept inside each appspace's own data, as they are: what brings back an older state of a
/// member, or takes them to another host, brings or takes along whom they follow.
#[async_trait]
pub trait MemberLooks: Send + Sync {
    /// What a member took.
    async fn taken_look(
        &self,
        appspace: AppspaceId,
        id: &ProxyId,
    ) -> Result<Option<TakenLook>, StoreError>;
    /// Shows a member with the name and picture of `after` and records what was taken, both or neither. Says whether it
    /// did: it does nothing if they are not shown as `before` says any more, or are gone.
    async fn wear(
        &self,
        appspace: AppspaceId,
        before: &Member,
        after: &Member,
        taken: &TakenLook,
    ) -> Result<bool, StoreError>;
}
