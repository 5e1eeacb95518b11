//! What happens to an appspace at rest: it is made, paused and resumed, and its data is migrated.
//!
//! Whatever takes long is a job: recorded before it acts, run in a task of its own so that a caller who goes
//! away does not stop it in the middle, and undone after a crash by [`Lifecycle::recover`].

mod create;
mod error;
mod migrate;
mod recover;
mod rest;
mod users;

use std::{sync::Arc, time::Duration};

use ds_core::{
    AppspaceStore, Clock, Closes, DataDir, Gates, JobLog, MemberStore, SchemaStore, StoreError,
};
use ds_sandbox::{CodeOf, Engine, Limits};

pub use create::NewAppspace;
pub use error::{CreateError, MigrateError, RestError};
pub use migrate::{Migration, migrate};
pub use users::MemberUsers;

/// What a [`Lifecycle`] works with.
pub struct Parts {
    /// Where everything is.
    pub data: DataDir,
    /// The appspaces of this host.
    pub appspaces: Arc<dyn AppspaceStore>,
    /// Their members.
    pub members: Arc<dyn MemberStore>,
    /// The schema of their data.
    pub schemas: Arc<dyn SchemaStore>,
    /// The record of what is being done.
    pub jobs: Arc<dyn JobLog>,
    /// Runs migrations.
    pub engine: Arc<dyn Engine>,
    /// Finds an app version's code.
    pub code_of: CodeOf,
    /// Bounds of the sandboxes that migrate.
    pub limits: Limits,
    /// Who may enter which appspace.
    pub gates: Gates,
    /// Everything that keeps part of an appspace open.
    pub closes: Vec<Arc<dyn Closes>>,
    /// How long requests may go on when an appspace is brought to rest, before they are cut.
    pub grace: Duration,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// Does to appspaces what must be done while nobody uses them. Clones work on the same appspaces.
#[derive(Clone)]
pub struct Lifecycle(
    Arc<Parts>,
    /// Pauses and resumes take turns: the gate must end up as the store does.
    Arc<tokio::sync::Mutex<()>>,
);

impl Lifecycle {
    /// Puts a lifecycle together.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts), Arc::default())
    }

    async fn appspace(&self, id: ds_core::AppspaceId) -> Result<ds_core::Appspace, StoreError> {
        let found = self.0.appspaces.appspace(id).await?;
        found.ok_or_else(|| StoreError::Missing {
            what: format!("appspace {id}"),
        })
    }
}
