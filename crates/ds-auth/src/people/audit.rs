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
    /// Somebody asked for a link to a new mail address.
    EmailWanted,
    /// A mail address was proven, or somebody who runs the host vouched for it.
    AddressProven,
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
    /// Somebody was made a member of an appspace by its owner.
    MemberAdded,
    /// Somebody became a member of an appspace by themselves.
    MemberJoined,
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
    /// A member let a program in.
    ProgramLetIn,
    /// A DropID was made.
    DropIdMade,
    /// A DropID was given up.
    DropIdRemoved,
}

/// Which entries are meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Those of these kinds; of all, if there are none here.
    pub actions: Vec<AuditAction>,
    /// Those that have this, in small or large letters, in what whoever did it is called, or in to what it was done.
    pub find: String,
}

/// How long something is kept, and with what it competes for its place: no kind pushes out another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AuditClass {
    /// Who may come in and what is done to accounts and to the host: kept longest.
    Grave,
    /// Changes within appspaces and other things that people do often.
    Small,
    /// What strangers can bring about, as often as they like.
    Strangers,
    /// What people bring about who come by themselves: who join and leave without an account, and who make one and remove it.
    Comers,
}

impl AuditClass {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Grave, Self::Small, Self::Strangers, Self::Comers];

    /// The number it is recorded with.
    #[must_use]
    pub fn number(self) -> i64 {
        match self {
            Self::Grave => 0,
            Self::Small => 1,
            Self::Strangers => 2,
            Self::Comers => 3,
        }
    }
}

/// How much of a class is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditBounds {
    /// Nothing that was done before then.
    pub before: Timestamp,
    /// Of each [share](AuditEntry::share), the newest so many.
    pub most_each: u32,
    /// Of all together so many: those of which there are more go first.
    pub most: u32,
}

impl AuditEntry {
    /// How long it is kept.
    #[must_use]
    pub fn class(&self) -> AuditClass {
        use AuditAction as A;
        match self.action {
            _ if self.by.is_none() && self.who == SOMEBODY => AuditClass::Strangers,
            _ if self.by.is_none() && ![COMMAND_LINE, HOST].contains(&self.who.as_str()) => {
                AuditClass::Comers
            }
            A::Registered => AuditClass::Comers,
            A::RemovalBegun if self.who == self.about => AuditClass::Comers,
            A::MemberInvited
            | A::MemberAdded
            | A::MemberJoined
            | A::MemberChanged
            | A::MemberRemoved
            | A::MemberLeft
            | A::JoiningChanged
            | A::KeyMade
            | A::KeyRevoked
            | A::ProgramLetIn
            | A::TokenMade
            | A::TokenRevoked
            | A::AppspaceDeleted
            | A::AppspaceRemoved
            | A::AppspaceRestored
            | A::SessionsEnded
            | A::DropIdMade
            | A::DropIdRemoved => AuditClass::Small,
            _ => AuditClass::Grave,
        }
    }

    /// With what it competes for its place within its class: no share pushes out another while there is room for all. An account has
    /// one; whoever has none and chooses how they are called has that of the place they came to.
    #[must_use]
    pub fn share(&self) -> String {
        use AuditAction as A;
        match (self.class(), self.action) {
            (AuditClass::Strangers, _) => String::new(),
            // The address comes first; what follows they choose themselves.
            (
                AuditClass::Comers,
                A::MemberAdded | A::MemberJoined | A::MemberLeft | A::ProgramLetIn,
            ) => {
                let at = self.about.split(',').next().unwrap_or_default();
                format!("at {at}")
            }
            _ => self
                .by
                .map_or_else(|| self.who.clone(), |id| id.to_string()),
        }
    }
}

/// What the log calls somebody of whom nothing is known.
pub const SOMEBODY: &str = "somebody";
/// What it calls whoever has the command line.
pub const COMMAND_LINE: &str = "the command line";
/// What it calls the host itself.
pub const HOST: &str = "the host";

/// What was done on this host.
#[async_trait]
pub trait AuditLog: Send + Sync {
    /// Records something. What was done by an account that is gone stays.
    async fn record(&self, entry: &AuditEntry) -> Result<(), StoreError>;
    /// What was recorded before the entry in that place, or the newest; recorded last first.
    async fn entries(&self, before: Option<i64>, most: u32) -> Result<Vec<AuditRow>, StoreError> {
        let all = AuditFilter::default();
        self.entries_of(&all, before, most).await
    }
    /// The same, of those that are meant.
    async fn entries_of(
        &self,
        which: &AuditFilter,
        before: Option<i64>,
        most: u32,
    ) -> Result<Vec<AuditRow>, StoreError>;
    /// Forgets what of a class is beyond these bounds.
    async fn trim_audit(&self, class: AuditClass, to: &AuditBounds) -> Result<(), StoreError>;
}
