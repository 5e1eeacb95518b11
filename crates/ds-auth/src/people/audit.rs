//! Who did what, for the host's admins.

use async_trait::async_trait;
use ds_core::{AccountId, StoreError, Timestamp};
use serde::{Deserialize, Serialize};

/// Something that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// By whom; `None` for whoever has the command line.
    pub by: Option<AccountId>,
    /// What.
    pub action: AuditAction,
    /// To what, as people name it: a mail address, an address, a setting.
    pub about: String,
}

/// What can be done that others should be able to look up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuditAction {
    /// Somebody was invited.
    Invited,
    /// An invitation was taken back.
    InvitationWithdrawn,
    /// An account was made.
    AccountMade,
    /// An account was blocked.
    AccountBlocked,
    /// It was let in again.
    AccountUnblocked,
    /// An account was deleted.
    AccountRemoved,
    /// Somebody became an admin.
    MadeAdmin,
    /// Somebody is no admin any more.
    UnmadeAdmin,
    /// A password was changed or set anew.
    PasswordChanged,
    /// A second factor was switched on.
    SecondFactorOn,
    /// It was switched off.
    SecondFactorOff,
    /// A passkey was added.
    PasskeyAdded,
    /// A passkey was removed.
    PasskeyRemoved,
    /// Sessions were ended from elsewhere.
    SessionsEnded,
    /// A setting of the host was changed.
    SettingChanged,
    /// The keys that sign for DropIDs were replaced at once.
    KeysReplaced,
}

/// What was done on this host.
#[async_trait]
pub trait AuditLog: Send + Sync {
    /// Records something. What was done by an account that is gone stays.
    async fn record(&self, entry: &AuditEntry) -> Result<(), StoreError>;
    /// The newest entries before then, newest first.
    async fn entries(&self, before: Timestamp, most: u32) -> Result<Vec<AuditEntry>, StoreError>;
    /// Forgets what is older.
    async fn purge_audit(&self, before: Timestamp) -> Result<(), StoreError>;
}
