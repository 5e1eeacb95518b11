//! Who may do what on this host, and who may not come at all.

use async_trait::async_trait;
use ds_core::{AccountId, StoreError, Timestamp};

use crate::{Account, Sessions, Subject};

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
    /// It is being removed, and stays blocked meanwhile.
    Leaving,
}

/// An account as admins see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountEntry {
    /// The account.
    pub account: Account,
    /// What its person is called; empty if they said nothing.
    pub name: String,
    /// Since when it is blocked.
    pub blocked: Option<Timestamp>,
    /// Whether it is being removed.
    pub is_leaving: bool,
    /// When the last of its sessions on the account site ends.
    pub site_until: Option<Timestamp>,
    /// When the last of its sessions began, on appspaces too.
    pub last_begun: Option<Timestamp>,
}

impl AccountEntry {
    /// When its person was here last, as far as their sessions tell: those that were ended tell nothing. To about an hour.
    #[must_use]
    pub fn seen(&self) -> Option<Timestamp> {
        let lasts = Sessions::lasts(&Subject::Account(self.account.id));
        self.site_until
            .map(|until| until.minus(lasts))
            .max(self.last_begun)
    }
}

/// That an account is to be removed, with all it has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// Which.
    pub account: AccountId,
    /// Who wants that; `None` for whoever has the command line.
    pub by: Option<AccountId>,
    /// Since when.
    pub begun: Timestamp,
}

/// Roles, blocks and ends of accounts. What is asked is decided in the database, so that of two admins who end each other's role
/// one stays.
///
/// ```text
///          block               begin_removal                  remove_account
///   open ─────────▶ blocked ─────────────────▶ leaving, blocked ────────────▶ gone
///     ▲◀── let in ─────┘             ▲
///     └──────── begin_removal ───────┘
/// ```
#[async_trait]
pub trait RoleStore: Send + Sync {
    /// The accounts that have `find`, in small or large letters, in their mail address or name, oldest first; `most` at most,
    /// after the first `skip`.
    async fn account_entries(
        &self,
        find: &str,
        skip: u32,
        most: u32,
    ) -> Result<Vec<AccountEntry>, StoreError>;
    /// One of them.
    async fn account_entry(&self, id: AccountId) -> Result<Option<AccountEntry>, StoreError>;
    /// The account with this mail address, blocked or not.
    async fn account_at(&self, email: &str) -> Result<Option<Account>, StoreError>;
    /// Makes somebody an admin, or not. A blocked admin does not count as one that is left. Invitations of somebody who is none
    /// any more end.
    async fn set_admin(&self, id: AccountId, is_admin: bool) -> Result<AccountChange, StoreError>;
    /// Blocks an account and ends its sessions, those on appspaces too, its invitations, and passwords that were to be set anew; or
    /// lets it in again with `None`.
    ///
    /// A blocked account has no password
    /// ([`account_with_password`](crate::AccountStore::account_with_password) does not find it), no passkeys, no tokens of the
    /// API, and gets no sessions.
    async fn set_blocked(
        &self,
        id: AccountId,
        since: Option<Timestamp>,
    ) -> Result<AccountChange, StoreError>;
    /// Since when an account is blocked.
    async fn blocked(&self, id: AccountId) -> Result<Option<Timestamp>, StoreError>;
    /// Records that an account is to be removed and blocks it, both or neither. One that is leaving stays as it was recorded first.
    async fn begin_removal(&self, removal: &Removal) -> Result<AccountChange, StoreError>;
    /// The removals that are not at their end, begun first first.
    async fn removals(&self) -> Result<Vec<Removal>, StoreError>;
    /// Removes an account and all that belongs to it. Its DropIDs stay nobody's.
    async fn remove_account(&self, id: AccountId) -> Result<AccountChange, StoreError>;
}
