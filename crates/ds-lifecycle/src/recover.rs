//! After a crash: what was in the middle is undone.

use ds_core::{AppspaceId, StoreError, Work};

use crate::Lifecycle;

impl Lifecycle {
    /// Undoes the appspaces whose making a crash interrupted. Called once at start, before anything is served.
    ///
    /// # Errors
    /// If the job log or the store cannot be read; nothing was changed then.
    pub async fn recover(&self) -> Result<(), StoreError> {
        for job in self.0.jobs.unfinished().await? {
            let Work::CreateAppspace { appspace } = job.work else {
                continue;
            };
            let undone = self.undo_unless_recorded(appspace).await?;
            let failure = undone.then_some("the host stopped before it was made");
            self.0.jobs.end(job.id, failure).await?;
        }
        Ok(())
    }

    async fn undo_unless_recorded(&self, id: AppspaceId) -> Result<bool, StoreError> {
        let recorded = self.0.appspaces.appspace(id).await?.is_some();
        if !recorded {
            self.unmake(id).await;
        }
        Ok(!recorded)
    }
}
