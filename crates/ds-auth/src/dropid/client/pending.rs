//! Logins that people have begun and not yet ended.

use async_trait::async_trait;
use ds_core::{AppspaceId, StoreError, Timestamp, secret::TokenHash};
use serde::{Deserialize, Serialize};

use crate::dropid::metadata::Metadata;

/// A login under way. Nothing in it completes one: the state is kept as a hash, and the verifier is derived from it and a
/// cookie.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingLogin {
    /// Where somebody wants to log in.
    pub appspace: AppspaceId,
    /// The hash of the secret in their browser's cookie.
    pub browser: String,
    /// Who they say they are.
    pub entered: String,
    /// Where their page was.
    pub seen: Vec<String>,
    /// Their server, as it was when they began.
    pub server: Metadata,
    /// What the appspace calls itself there.
    pub client_id: String,
    /// Where they are to come back to.
    pub redirect_uri: String,
    /// A path of the appspace.
    pub return_to: String,
    /// When it ends.
    pub expires: Timestamp,
}

/// Logins under way, by the hash of their state.
#[async_trait]
pub trait PendingLoginStore: Send + Sync {
    /// Records one. There are at most [`MOST_PENDING`](crate::dropid::MOST_PENDING); those that end first go first.
    async fn add_pending_login(
        &self,
        state: &TokenHash,
        login: &PendingLogin,
    ) -> Result<(), StoreError>;
    /// Takes one out: of two that come for it, one gets it. An expired one may be returned and is refused by the caller.
    async fn take_pending_login(
        &self,
        state: &TokenHash,
    ) -> Result<Option<PendingLogin>, StoreError>;
    /// Removes what has ended by now.
    async fn purge_pending_logins(&self, now: Timestamp) -> Result<(), StoreError>;
}
