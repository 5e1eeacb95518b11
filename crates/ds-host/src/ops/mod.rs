//! What people can do with a host: the operations that the web site and the command line share.
//!
//! Every operation either does all of what it says or nothing, and says why as an [`OpError`]. An owner sees
//! and touches what is theirs; another's appspace is "not found".

mod accounts;
pub(crate) mod amounts;
mod apps;
mod appspaces;
pub mod archives;
pub mod backend;
mod backups;
pub mod changes;
mod dropids;
mod egress;
mod error;
mod hand_over;
mod into;
mod jobs;
mod joining;
mod keys;
mod limits;
mod mail;
mod members;
mod moves;
mod names;
mod own;
mod people;
#[cfg(test)]
pub(crate) mod tests;
mod tokens;
mod types;
mod upgrades;
mod usage;

use std::sync::{Arc, Mutex};

use ds_auth::{AccountStore, Accounts, ApiTokens, Rates, Sessions, SetupLink};
use ds_core::{
    AppStore, AppspaceId, AppspaceStore, Clock, DataDir, MemberStore,
    egress_store::EgressStore,
    limits::LimitStore,
    usage::{Recorder, UsageStore},
};
use ds_routes::RouteStore;
use ds_sandbox::Limits;

pub use backups::{
    BackupState, BackupSummary, Backups, PreviewSummary, Records, RestoreRequest, Schedule,
    ScheduleChange, SnapshotList,
};
pub use changes::TrashSummary;
pub use dropids::{Consent, ConsentError, ContactPage, Offer, Shared};
pub use error::{ErrorKind, OpError};
pub use hand_over::Archive;
pub use jobs::{Follow, JobReport, JobStage, Work};
pub(crate) use joining::barred;
pub use joining::{
    BarSummary, Comer, InvitationView, Joined, KeptOut, KnownWays, NewLink, RequestSummary,
};
pub use keys::{KEY_DAYS, KeySummary, Keys, LINK_DAYS, LINK_PATH, NewKey};
pub(crate) use members::{Claims, name_of_login};
pub use members::{MemberPage, MemberSummary, Membership};
pub use moves::{MoveCode, MoveSummary};
pub use names::Names;
pub use own::{AddressWish, LoggedIn, Own, SessionSummary};
pub use people::{
    AccountEntry, Action, Actor, AuditFilter, AuditRow, Blocked, Going, Invitation, Invited,
    NoteKind, People, RegistrationRule, ShownInvitation, done_in_words,
};
pub use types::{
    AppSummary, AppspaceStatus, AppspaceSummary, EgressHost, EgressReport, Installed, LimitRow,
    Rank, Source, UsageReport,
};

use crate::mail::Post;
pub use upgrades::{UpgradeReport, Upgrades};

use backend::{Appspaces, Installs};

/// What the operations stand on.
pub struct Parts {
    /// Where things answer.
    pub names: Names,
    /// Makes accounts.
    pub accounts: Arc<Accounts>,
    /// The accounts of this host.
    pub account_store: Arc<dyn AccountStore>,
    /// Who browsers are; told when a member changes.
    pub sessions: Sessions,
    /// Installed apps.
    pub apps: Arc<dyn AppStore>,
    /// Their routes.
    pub routes: Arc<dyn RouteStore>,
    /// Appspaces.
    pub appspaces: Arc<dyn AppspaceStore>,
    /// Their members.
    pub members: Arc<dyn MemberStore>,
    /// Installs packages.
    pub installs: Arc<dyn Installs>,
    /// Makes, pauses and resumes appspaces.
    pub lifecycle: Arc<dyn Appspaces>,
    /// What appspaces use, may use and may reach.
    pub terms: Terms,
    /// Jobs, changes of version and the trash.
    pub work: Work,
    /// Writes archives and takes them in.
    pub archives: Arc<dyn archives::Archives>,
    /// Who presents which token.
    pub tokens: Arc<ApiTokens>,
    /// What opens appspaces without a browser's session.
    pub keys: Keys,
    /// Upgrades that nobody asks for.
    pub upgrades: Upgrades,
    /// Where files on their way are.
    pub data: DataDir,
    /// Takes snapshots; `None` if the host keeps none.
    pub backups: Option<Arc<Backups>>,
    /// Sends mail; `None` if the host sends none.
    pub post: Option<Post>,
    /// Who may come, who goes, and who did what.
    pub people: People,
    /// DropIDs, and what they are used for.
    pub dropids: Arc<crate::dropids::DropIds>,
    /// What else proves who people are.
    pub own: Own,
    /// How members log in and are changed, and who may join.
    pub membership: Membership,
}

/// What the operations about usage, bounds and other hosts stand on.
pub struct Terms {
    /// Bounds that are set for single appspaces.
    pub limits: Arc<dyn LimitStore>,
    /// Approved hosts, and secrets.
    pub egress: Arc<dyn EgressStore>,
    /// What was used.
    pub usage: Arc<dyn UsageStore>,
    /// What was used and is not written down yet.
    pub recorder: Arc<Recorder>,
    /// The bounds where none are set.
    pub host: Limits,
    /// Whether this host lets apps reach other hosts at all.
    pub egress_enabled: bool,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// The operations. Clones share everything.
#[derive(Clone)]
pub struct Ops {
    parts: Arc<Parts>,
    /// The set-up link that works, if one does. It lives in memory alone.
    setup: Arc<Mutex<Option<SetupLink>>>,
    /// The jobs that people began.
    book: Arc<jobs::Book>,
    /// Moves to and from other hosts; `None` if there are none.
    moving: Option<Arc<crate::moving::Moving>>,
    /// Archives that are handed over.
    counter: Arc<hand_over::Counter>,
    /// What is remembered for the log of what was done.
    notes: Arc<people::Notes>,
    /// How often owners were told that somebody asks to join.
    asked: Arc<Rates<AppspaceId>>,
}

impl Ops {
    /// Operations over these parts.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let clock = Arc::clone(&parts.terms.clock);
        let hour = std::time::Duration::from_hours(1);
        Self {
            asked: Arc::new(Rates::new(clock, joining::TOLD_EACH_HOUR, hour)),
            parts: Arc::new(parts),
            setup: Arc::default(),
            book: Arc::default(),
            moving: None,
            counter: Arc::default(),
            notes: Arc::default(),
        }
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> ds_core::Timestamp {
        self.parts.terms.clock.now()
    }

    /// The same, on a host that moves appspaces.
    #[must_use]
    pub(crate) fn with_moves(mut self, moving: Arc<crate::moving::Moving>) -> Self {
        self.moving = Some(moving);
        self
    }

    /// Where things answer.
    #[must_use]
    pub fn names(&self) -> &Names {
        &self.parts.names
    }
}
