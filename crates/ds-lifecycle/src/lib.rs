//! What happens to an appspace at rest: it is made, paused and resumed, brought to another version of its app,
//! deleted and brought back, written into an archive and made from one, and looked at as it was in a snapshot.
//!
//! Whatever takes long is a **job** ([`Jobs`]): recorded before it acts, done step by step in a task of its own so
//! that a caller who goes away does not stop it in the middle, undone if it fails, and finished or undone after a
//! crash by [`Lifecycle::recover`].
//!
//! An appspace's data is never worked on where it lives. What changes it builds the new data directory in the job's
//! staging directory, lets the two change places, and records the outcome with the end of the job.

mod age;
mod anomaly;
mod barred;
mod before;
mod change;
mod create;
mod error;
mod export;
mod files;
mod import;
mod jobs;
mod migrate;
mod moving;
mod parts;
mod preview;
mod recover;
mod rest;
mod restore;
mod snapshots;
mod trash;
mod undo;
mod users;

use std::sync::Arc;

use ds_core::{Appspace, AppspaceId, StoreError};

pub use anomaly::{Anomaly, Examiner};
pub use barred::Barred;
pub use change::{BringInError, ChangeError, Changed, CheckError, PlanError};
pub use create::NewAppspace;
pub use error::{CreateError, MigrateError, RestError};
pub use export::{ExportDone, ExportError, ExportTo};
pub use import::{
    ImportError, Imported, ImportedInto, InstallPackage, NewImport, Packed, Unpacked,
};
pub use jobs::{
    CancelError, JobError, JobHandle, JobProgress, JobState, Jobs, Run, Step, Undo, UndoError,
};
pub use migrate::{Migration, migrate};
pub use moving::{
    Arrived, AskError, Claim, GiveError, MoveInError, MoveOutError, Moves, NewMove, Offer, Offered,
    OldHost, OldHosts, Patience, Report, Sending,
};
pub use parts::{Inside, InsideOf, Parts, ReadError, SnapshotError, Snapshotter, TRASH_KEPT};
pub use preview::{NewPreview, Preview, PreviewError, Previews};
pub use recover::RecoverError;
pub use restore::{Anew, ContentsError, RestoreError, Restored, check_contents};
pub use snapshots::{AtPlace, Bookkeeping, Keeper, Kept, NoKey, TakeError, Taken, VerifyError};
pub use trash::TrashError;
pub use users::MemberUsers;

/// Does to appspaces what must be done while nobody uses them. Clones work on the same appspaces.
#[derive(Clone)]
pub struct Lifecycle(Arc<Whole>);

struct Whole {
    parts: Parts,
    jobs: Jobs,
    previews: Previews,
    /// Pauses and resumes take turns: the gate must end up as the store does.
    pausing: tokio::sync::Mutex<()>,
    /// Held by who counts how old things in the trash are.
    counting: Arc<std::sync::Mutex<()>>,
}

impl Lifecycle {
    /// Puts a lifecycle together.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let (log, data) = (Arc::clone(&parts.jobs), parts.data.clone());
        let jobs = Jobs::new(log, data, Arc::clone(&parts.clock));
        let previews = Previews::new(Arc::clone(&parts.clock), parts.gates.clone());
        Self(Arc::new(Whole {
            parts,
            jobs,
            previews,
            pausing: tokio::sync::Mutex::default(),
            counting: Arc::default(),
        }))
    }

    /// The jobs of this host.
    #[must_use]
    pub fn jobs(&self) -> &Jobs {
        &self.0.jobs
    }

    fn parts(&self) -> &Parts {
        &self.0.parts
    }

    /// Undoes jobs by their record: those of this crate, and others that leave the same behind.
    #[must_use]
    pub fn undoing(&self) -> Arc<dyn Undo> {
        Arc::new(self.clone())
    }

    /// The bounds of an appspace's sandboxes: the host's, with those set for it alone.
    async fn limits_of(&self, id: AppspaceId) -> Result<ds_sandbox::Limits, StoreError> {
        let set = self.parts().limits_of.limits(id).await?;
        Ok(self.parts().limits.with(&set))
    }

    async fn appspace(&self, id: AppspaceId) -> Result<Appspace, StoreError> {
        let found = self.parts().appspaces.appspace(id).await?;
        found.ok_or_else(|| StoreError::Missing {
            what: format!("appspace {id}"),
        })
    }
}
