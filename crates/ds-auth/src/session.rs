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

/// How often what proves who somebody is had changed on this host, or their logins were ended: a moment, as logins know it. Who checks
/// a login asks for it first; the session begins if the account was not changed since.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Epoch(pub u64);

/// An account whose person has shown who they are, and since when nothing may have changed for that to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Standing {
    /// Whose.
    pub account: AccountId,
    /// From before it was shown.
    pub since: Epoch,
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
    /// The present moment.
    async fn epoch(&self) -> Result<Epoch, StoreError>;
    /// Records a session, if its account, where it has one, was not changed since then: decided in one statement. A change is another
    /// password or second step, a passkey that is removed, a block, or that logins were [ended](Self::outdate_logins).
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such account or appspace, or the account is blocked or was changed.
    async fn add_session(
        &self,
        token: &TokenHash,
        session: &Session,
        since: Option<Epoch>,
    ) -> Result<(), StoreError>;
    /// Whether a session of this account could be recorded now.
    ///
    /// # Errors
    /// As [`add_session`](Self::add_session).
    async fn may_begin(&self, account: AccountId, since: Option<Epoch>) -> Result<(), StoreError>;
    /// Lets no login of an account that is under way begin a session, and none of its codes for others be redeemed; since when.
    /// Sessions that are there go on.
    async fn outdate_logins(&self, account: AccountId) -> Result<Epoch, StoreError>;
    /// The session of a token; an expired one may be returned and is refused by the caller.
    async fn session(&self, token: &TokenHash) -> Result<Option<Session>, StoreError>;
    /// Moves the end of a session.
    async fn extend_session(&self, token: &TokenHash, to: Timestamp) -> Result<(), StoreError>;
    /// Ends a session. Says whether there was one.
    async fn remove_session(&self, token: &TokenHash) -> Result<bool, StoreError>;
    /// Ends the sessions of a member of an appspace that end first, so that `most` are left. Gives those it ended.
    async fn keep_newest(
        &self,
        appspace: AppspaceId,
        proxy_id: &ProxyId,
        most: u32,
    ) -> Result<Vec<TokenHash>, StoreError>;
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
