//! Bringing an appspace to another version of its app: upgrade, downgrade, or only its data to the app's schema.
//!
//! ```text
//! rest ─▶ clone ─▶ the appspace goes on ─▶ snapshot ─▶ rehearse on a copy: migrate, start, ask for pages
//!   ─▶ rest ─▶ clone and snapshot what changed since ─▶ migrate ─▶ start ─▶ flush ─▶ exchange
//!   ─▶ record it and the job's end ─▶ the appspace goes on ─▶ the snapshot goes to the other places
//! ```
//!
//! Up to the exchange everything works on clones; on failure they are removed. From the second rest to the record the
//! appspace stays closed: what is written to the old data after it was cloned would be lost. So whatever takes long,
//! or can fail for reasons of the new version, is done before that: the whole snapshot, and the [rehearsal](rehearse).

mod bring_in;
mod check;
mod error;
mod plan;
mod rehearse;
mod tell;

use std::sync::Arc;

use ds_backup::CopyReason;
use ds_core::{Appspace, AppspaceDir, AppspaceId, Hold, Reason, VersionId, Work};
use ds_sandbox::{AppspaceMounts, Limits};

pub use bring_in::BringInError;
pub use check::CheckError;
pub use error::ChangeError;
pub use plan::PlanError;
pub(crate) use plan::migrating;

use crate::{
    Inside, JobHandle, Kept, Lifecycle, MemberUsers, Migration, Run, Step, before::Coming, migrate,
};
use plan::Plan;

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// The appspace, as it is now.
    pub appspace: Appspace,
    /// The snapshot that was taken before, if the host keeps any.
    pub snapshot: Option<String>,
    /// How it went to store that at the other places, if there are more than one.
    pub elsewhere: Vec<Kept>,
}

/// One change under way.
struct Change<'a> {
    run: &'a Run,
    appspace: &'a Appspace,
    plan: &'a Plan,
    limits: &'a Limits,
    /// The data as it is.
    live: AppspaceDir,
    /// The data as it will be, or as it could be.
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
        let limits = self.limits_of(id).await?;
        self.room().await?;
        let on = |staged: AppspaceDir| Change {
            run,
            appspace: &appspace,
            plan: &plan,
            limits: &limits,
            live: self.parts().data.appspace(id),
            inside: (self.parts().inside_of)(staged.clone()),
            staged,
        };
        let coming = Coming {
            appspace: &appspace,
            reason: Reason::Migrating,
            copy: CopyReason::BeforeUpgrade,
            is_repair: false,
        };
        let prepared = self.prepare(run, coming).await?;
        let trial = on(AppspaceDir::new(run.staging().join("trial")));
        let is_rehearsed = self.rehearse(&trial, &prepared).await?;
        let change = on(run.staged());
        let secured = self.secure(run, coming, prepared, &change.staged).await?;
        let built = self.build(&change, &secured.hold, is_rehearsed).await;
        // Whatever came of it: the clone's database must not stay open.
        change.inside.closes.close(id).await;
        change.tell().await;
        built?;
        self.bring_in(run, &secured.hold, &appspace, to).await?;
        let before = secured.before;
        drop(secured.hold);
        run.release();
        let elsewhere = self.spread(run, before.as_ref()).await;
        Ok(Changed {
            appspace: self.appspace(id).await?,
            snapshot: before.map(|before| before.id),
            elsewhere,
        })
    }

    /// Makes the new data beside the old, and sees that the app starts on it.
    async fn build(
        &self,
        change: &Change<'_>,
        hold: &Hold,
        is_rehearsed: bool,
    ) -> Result<(), ChangeError> {
        let run = change.run;
        if change.plan.by.is_some() {
            run.step(Step::Migrate, self.migrate_clone(change, hold))
                .await?;
        }
        run.step(Step::Check, self.check(change, !is_rehearsed))
            .await
    }

    async fn check(&self, change: &Change<'_>, asks: bool) -> Result<(), ChangeError> {
        let (appspace, target) = (change.appspace, &change.plan.target);
        let tried = self.try_out(appspace, target, &change.staged, change.limits, asks);
        Ok(tried.await?)
    }

    async fn migrate_clone(&self, change: &Change<'_>, hold: &Hold) -> Result<(), ChangeError> {
        let Some(by) = &change.plan.by else {
            return Ok(());
        };
        let migration = Migration {
            code: (self.parts().code_of)(by),
            appspace: change.mounts(),
            to: change.plan.target.schema,
            limits: change.limits.clone(),
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
}
