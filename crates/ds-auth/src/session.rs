//! Sessions as rows: who a browser is, at one origin.

use async_trait::async_trait;
use ds_core::{AccountId, AppspaceId, ProxyId, StoreError, Timestamp, secret::TokenHash};

/// Who a session speaks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// Somebody with an account, on the account site.
    Account(AccountId),
    /// A member, on one appspace.
    Member {
        /// The appspace.
        appspace: AppspaceId,
        /// Who they are there.
        proxy_id: ProxyId,
        /// The account they logged in with, if it was one of this host.
        account: Option<AccountId>,
    },
}

/// A session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Who it speaks for.
    pub subject: Subject,
    /// When it began.
    pub created: Timestamp,
    /// When it ends.
    pub expires: Timestamp,
}

/// The sessions of this host, by the hash of their token.
#[async_trait]
pub trait SessionStore: Send + Sync {
    /// Records a session.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such account or appspace, or the account is blocked.
    async fn add_session(&self, token: &TokenHash, session: &Session) -> Result<(), StoreError>;
    /// The session of a token; an expired one may be returned and is refused by the caller.
    async fn session(&self, token: &TokenHash) -> Result<Option<Session>, StoreError>;
    /// Moves the end of a session.
    async fn extend_session(&self, token: &TokenHash, to: Timestamp) -> Result<(), StoreError>;
    /// Ends a session.
    async fn remove_session(&self, token: &TokenHash) -> Result<(), StoreError>;
    /// Ends every session of a member of an appspace.
    async fn remove_sessions_of_member(
        &self,
        appspace: AppspaceId,
        proxy_id: &ProxyId,
    ) -> Result<(), StoreError>;
    /// Ends every session of an account, those on appspaces too.
    async fn remove_sessions_of_account(&self, account: AccountId) -> Result<(), StoreError>;
    /// Removes what expired before `now`.
    async fn purge_sessions(&self, now: Timestamp) -> Result<(), StoreError>;
}
