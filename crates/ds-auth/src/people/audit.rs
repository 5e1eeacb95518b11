//! Who did what, for the host's admins.

use async_trait::async_trait;
use ds_core::{AccountId, StoreError, Timestamp};
use serde::{Deserialize, Serialize};

/// Something that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// By which account; `None` if by none.
    pub by: Option<AccountId>,
    /// By whom, as people called them then: accounts go, and this stays.
    pub who: String,
    /// What.
    pub action: AuditAction,
    /// To what, as people name it: a mail address, an address, a setting.
    pub about: String,
}

/// An entry in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// Larger for what was recorded later.
    pub place: i64,
    /// What was recorded.
    pub entry: AuditEntry,
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
    /// Logging in to an account was refused for a while, after too many failures.
    LogInRefused,
    /// Somebody asked for a link to set a password anew.
    ResetAsked,
    /// Somebody made an account by themselves.
    Registered,
    /// An account is to be removed, with all it has.
    RemovalBegun,
    /// A mail address was changed.
    EmailChanged,
    /// A token for the API was made.
    TokenMade,
    /// A token for the API was revoked.
    TokenRevoked,
    /// An appspace was moved to the trash.
    AppspaceDeleted,
    /// An appspace was removed for good.
    AppspaceRemoved,
    /// An appspace was brought back from the trash.
    AppspaceRestored,
    /// Somebody was invited to an appspace.
    MemberInvited,
    /// Somebody became a member of an appspace.
    MemberAdded,
    /// What a member may do was changed.
    MemberChanged,
    /// Somebody's membership was ended by the appspace's owner.
    MemberRemoved,
    /// A member left.
    MemberLeft,
    /// An appspace was opened to whoever wants to join, or closed.
    JoiningChanged,
    /// A key or secret link of an appspace was made.
    KeyMade,
    /// A key or secret link of an appspace was revoked.
    KeyRevoked,
    /// A DropID was made.
    DropIdMade,
    /// A DropID was given up.
    DropIdRemoved,
}

/// What was done on this host.
#[async_trait]
pub trait AuditLog: Send + Sync {
    /// Records something. What was done by an account that is gone stays.
    async fn record(&self, entry: &AuditEntry) -> Result<(), StoreError>;
    /// What was recorded before the entry in that place, or the newest; recorded last first.
    async fn entries(&self, before: Option<i64>, most: u32) -> Result<Vec<AuditRow>, StoreError>;
    /// Forgets what was done before then, and all but the newest `most`.
    async fn trim_audit(&self, before: Timestamp, most: u32) -> Result<(), StoreError>;
}
