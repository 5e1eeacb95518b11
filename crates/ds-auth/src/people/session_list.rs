//! The sessions of a person, for a page where they can end them.

use async_trait::async_trait;
use ds_core::{AccountId, AppspaceId, ProxyId, StoreError, Timestamp, secret::TokenHash};

use crate::{Session, Sessions};

/// A session as its person sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionEntry {
    /// What to call it; opens nothing.
    pub token: TokenHash,
    /// Where, since when, until when.
    pub session: Session,
    /// What the browser called itself when it began, shortened; empty if nobody asked.
    pub device: String,
}

impl SessionEntry {
    /// When it was used last, to about an hour: its end moves with its use, no more often than that.
    #[must_use]
    pub fn last_used(&self) -> Timestamp {
        let used = self
            .session
            .expires
            .minus(Sessions::lasts(&self.session.subject));
        used.max(self.session.created)
    }
}

/// Lists sessions.
#[async_trait]
pub trait SessionList: Send + Sync {
    /// Those of an account, on appspaces too, begun last first.
    async fn sessions_of(&self, account: AccountId) -> Result<Vec<SessionEntry>, StoreError>;
    /// When the last session of each member of an appspace ends, of those who have one.
    async fn last_ends(
        &self,
        appspace: AppspaceId,
    ) -> Result<Vec<(ProxyId, Timestamp)>, StoreError>;
    /// Records with what a session began; one that is not there is fine.
    async fn note_device(&self, token: &TokenHash, device: &str) -> Result<(), StoreError>;
}
