//! What members of appspaces took over from their own hosts: as long as nobody chose anything else since, it follows what
//! these say.

use async_trait::async_trait;
use ds_core::{AppspaceId, ProxyId, StoreError};

/// Name and picture that a member took over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenLook {
    /// Where they are a member.
    pub appspace: AppspaceId,
    /// Which.
    pub member: ProxyId,
    /// Whose name and picture it is: a DropID, or the address of a page, in its one spelling.
    pub who: String,
    /// The name; empty if none was taken.
    pub name: String,
    /// Where the picture was; empty if there was none.
    pub photo: String,
    /// The file that it became; empty if there was none.
    pub avatar: String,
}

/// What was taken over on this host: of each member, what was taken last.
#[async_trait]
pub trait TakenLookStore: Send + Sync {
    /// What a member took.
    async fn taken_look(
        &self,
        appspace: AppspaceId,
        member: &ProxyId,
    ) -> Result<Option<TakenLook>, StoreError>;
    /// Who took from somebody's page.
    async fn looks_taken_from(&self, who: &str) -> Result<Vec<TakenLook>, StoreError>;
    /// Records what a member took, in place of what they took before.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such appspace.
    async fn put_taken_look(&self, look: &TakenLook) -> Result<(), StoreError>;
    /// Forgets what a member took; if there is nothing, that is fine.
    async fn remove_taken_look(
        &self,
        appspace: AppspaceId,
        member: &ProxyId,
    ) -> Result<(), StoreError>;
}
