//! Who may do what on this host, and who may not come at all.

use async_trait::async_trait;
use ds_core::{AccountId, StoreError, Timestamp};

/// What became of a change to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountChange {
    /// It is so now.
    Done,
    /// There is no such account.
    Missing,
    /// Nobody would be left to run the host.
    LastAdmin,
    /// It has apps or appspaces, in the trash perhaps: they go first, so that they can be exported.
    InUse,
}

/// Roles, blocks and ends of accounts. What is asked is decided in the database, so that of two admins who end each other's role
/// one stays.
#[async_trait]
pub trait RoleStore: Send + Sync {
    /// Makes somebody an admin, or not. A blocked admin does not count as one that is left.
    async fn set_admin(&self, id: AccountId, is_admin: bool) -> Result<AccountChange, StoreError>;
    /// Blocks an account and ends its sessions, those on appspaces too; or lets it in again with `None`.
    ///
    /// A blocked account has no password
    /// ([`account_with_password`](crate::AccountStore::account_with_password) does not find it) and no passkeys.
    async fn set_blocked(
        &self,
        id: AccountId,
        since: Option<Timestamp>,
    ) -> Result<AccountChange, StoreError>;
    /// Since when an account is blocked.
    async fn blocked(&self, id: AccountId) -> Result<Option<Timestamp>, StoreError>;
    /// Removes an account and all that belongs to it. Its DropIDs stay nobody's.
    async fn remove_account(&self, id: AccountId) -> Result<AccountChange, StoreError>;
}
