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
mod egress;
mod error;
mod jobs;
mod limits;
mod members;
mod names;
#[cfg(test)]
pub(crate) mod tests;
mod types;
mod usage;

use std::sync::{Arc, Mutex};

use ds_auth::{AccountStore, Accounts, Sessions, SetupLink};
use ds_core::{
    AppStore, AppspaceStore, Clock, MemberStore,
    egress_store::EgressStore,
    limits::LimitStore,
    usage::{Recorder, UsageStore},
};
use ds_routes::RouteStore;
use ds_sandbox::Limits;

pub use backups::{BackupState, BackupSummary, Backups, RestoreRequest};
pub use changes::TrashSummary;
pub use error::{ErrorKind, OpError};
pub use jobs::{Follow, JobReport, JobStage, Work};
pub use names::Names;
pub use types::{
    AppSummary, AppspaceStatus, AppspaceSummary, EgressHost, EgressReport, Installed, LimitRow,
    Rank, Source, UsageReport,
};

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
    /// Takes snapshots; `None` if the host keeps none.
    pub backups: Option<Arc<Backups>>,
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
}

impl Ops {
    /// Operations over these parts.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self {
            parts: Arc::new(parts),
            setup: Arc::default(),
            book: Arc::default(),
        }
    }

    /// Where things answer.
    #[must_use]
    pub fn names(&self) -> &Names {
        &self.parts.names
    }
}
