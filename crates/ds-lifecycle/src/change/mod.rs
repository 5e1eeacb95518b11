//! Bringing an appspace to another version of its app: upgrade, downgrade, or only its data to the app's schema.
//!
//! ```text
//! rest ─▶ clone ─▶ snapshot ─▶ migrate ─▶ check ─▶ flush ─▶ exchange ─▶ record it and the job's end
//!           └── everything up to here works on the clone ──┘     │
//!  on failure: remove the clone                                  └─ on failure: exchange back
//! ```
//!
//! The appspace stays closed all the while: what is written to the old data after it was cloned would be lost.

mod bring_in;
mod check;
mod error;
mod plan;
mod tell;

use std::sync::Arc;

use ds_backup::{Consistency, clone_data};
use ds_core::{Appspace, AppspaceDir, AppspaceId, Hold, Reason, StoreError, VersionId, Work};
use ds_sandbox::AppspaceMounts;

pub use bring_in::BringInError;
pub use check::CheckError;
pub use error::ChangeError;
pub use plan::PlanError;
pub(crate) use plan::migrating;

use crate::{Inside, JobHandle, Lifecycle, MemberUsers, Migration, Run, Step, migrate};
use plan::Plan;

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// The appspace, as it is now.
    pub appspace: Appspace,
    /// The snapshot that was taken before, if the host keeps any.
    pub snapshot: Option<String>,
}

/// One change under way.
struct Change<'a> {
    run: &'a Run,
    appspace: Appspace,
    plan: Plan,
    /// The data as it is.
    live: AppspaceDir,
    /// The data as it will be.
    staged: AppspaceDir,
    inside: Inside,
}

impl Lifecycle {
    /// Brings an appspace to a version of its app, up or down, and its data to that version's schema. With the
    /// version that runs, only the data is migrated.
    ///
    /// # Errors
    /// If something else is being done to it. What goes wrong later, the handle tells; the appspace is then
    /// exactly as it was.
    pub async fn change_version(
        &self,
        id: AppspaceId,
        to: VersionId,
    ) -> Result<JobHandle<Changed, ChangeError>, ChangeError> {
        let appspace = self.appspace(id).await?;
        let work = Work::ChangeVersion {
            appspace: id,
            from: appspace.version_id,
            to,
            new_data: None,
        };
        let this = self.clone();
        let body = move |run: Run| async move { this.change(&run, id, to).await };
        Ok(self.jobs().start(work, self.undoing(), body)?)
    }

    async fn change(
        &self,
        run: &Run,
        id: AppspaceId,
        to: VersionId,
    ) -> Result<Changed, ChangeError> {
        let appspace = self.appspace(id).await?;
        let plan = self.plan(&appspace, to).await?;
        self.room().await?;
        let staged = run.staged();
        let change = Change {
            run,
            live: self.parts().data.appspace(id),
            inside: (self.parts().inside_of)(staged.clone()),
            staged,
            appspace,
            plan,
        };
        let rest = run.step(Step::Rest, async {
            Ok::<_, ChangeError>(self.at_rest(id, Reason::Migrating).await?)
        });
        let (hold, consistency) = rest.await?;
        let hold = run.keep(hold);
        let built = self.build(&change, &hold, consistency).await;
        // Whatever came of it: the clone's database must not stay open.
        change.inside.closes.close(id).await;
        change.tell().await;
        let snapshot = built?;
        self.bring_in(run, &hold, &change.appspace, to).await?;
        let appspace = self.appspace(id).await?;
        Ok(Changed { appspace, snapshot })
    }

    /// Makes the new data beside the old, and tries it out.
    async fn build(
        &self,
        change: &Change<'_>,
        hold: &Hold,
        consistency: Consistency,
    ) -> Result<Option<String>, ChangeError> {
        let run = change.run;
        run.step(Step::Clone, async {
            clone_data(hold, change.live.data(), change.staged.data()).await?;
            Ok::<_, ChangeError>(())
        })
        .await?;
        let mut snapshot = None;
        if let Some(snapshots) = &self.parts().snapshots {
            let about = change.about(consistency, self.parts().clock.now()).await?;
            let taken = run.step(Step::Snapshot, async {
                let (root, progress) = (change.staged.root(), run.progress());
                change.describe(&about).await?;
                Ok::<_, ChangeError>(snapshots.snapshot(root, &about, progress).await?)
            });
            snapshot = Some(taken.await?);
        }
        if change.plan.by.is_some() {
            run.step(Step::Migrate, self.migrate_clone(change, hold))
                .await?;
        }
        run.step(Step::Check, async {
            let (target, staged) = (&change.plan.target, &change.staged);
            Ok::<_, ChangeError>(self.try_out(&change.appspace, target, staged).await?)
        })
        .await?;
        Ok(snapshot)
    }

    async fn migrate_clone(&self, change: &Change<'_>, hold: &Hold) -> Result<(), ChangeError> {
        let Some(by) = &change.plan.by else {
            return Ok(());
        };
        let migration = Migration {
            code: (self.parts().code_of)(by),
            appspace: change.mounts(),
            to: change.plan.target.schema,
            limits: self.parts().limits.clone(),
        };
        let (engine, schemas) = (&*self.parts().engine, &*change.inside.schemas);
        Ok(migrate(hold, engine, schemas, migration).await?)
    }
}

impl Change<'_> {
    /// What a sandbox sees of the clone. It has no way out: nothing may leave that is undone if it fails.
    fn mounts(&self) -> AppspaceMounts {
        let members = Arc::clone(&self.inside.members);
        AppspaceMounts {
            id: self.appspace.id,
            address: self.appspace.address.clone(),
            dir: self.staged.clone(),
            users: Arc::new(MemberUsers::new(members, self.appspace.id)),
            outlet: None,
        }
    }

    async fn members(&self) -> Result<u32, StoreError> {
        let members = self.inside.members.members(self.appspace.id).await?;
        Ok(u32::try_from(members.len()).unwrap_or(u32::MAX))
    }
}
