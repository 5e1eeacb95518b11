//! Real jobs over any stores; what they do to appspaces is only recorded.

use std::sync::Arc;

use async_trait::async_trait;
use ds_core::{
    Address, Appspace, AppspaceId, AppspaceStore, DataDir, Job, JobId, JobLog, SystemClock,
    Timestamp, TrashStore, Trashed, VersionId,
};
use ds_lifecycle::{
    ChangeError, Changed, JobHandle, Jobs, PlanError, Run, Step, TRASH_KEPT, Undo, UndoError,
};

use super::super::{ErrorKind, OpError, Work, changes::Changes};

/// Jobs over these stores. A change to a version that is not there fails.
pub(crate) fn work<S>(store: &Arc<S>, appspaces: Arc<dyn AppspaceStore>, data: &DataDir) -> Work
where
    S: JobLog + TrashStore + AppspaceStore + 'static,
{
    let jobs = Jobs::new(store.clone(), data.clone(), Arc::new(SystemClock));
    Work {
        jobs: jobs.clone(),
        log: store.clone(),
        trash: store.clone(),
        changes: Arc::new(Fake {
            jobs,
            appspaces,
            trash: store.clone(),
        }),
    }
}

struct Fake {
    jobs: Jobs,
    appspaces: Arc<dyn AppspaceStore>,
    trash: Arc<dyn TrashStore>,
}

struct NothingToUndo;

#[async_trait]
impl Undo for NothingToUndo {
    async fn undo(&self, _: &Job) -> Result<(), UndoError> {
        Ok(())
    }
    fn leave(&self, _: &Job) {}
}

fn failed(error: &(dyn std::error::Error + 'static)) -> OpError {
    OpError::caused(ErrorKind::Conflict, error)
}

impl Fake {
    async fn do_in_job<F>(
        &self,
        work: ds_core::Work,
        body: impl FnOnce(JobId) -> F + Send + 'static,
    ) -> Result<(), OpError>
    where
        F: Future<Output = Result<(), ds_core::StoreError>> + Send + 'static,
    {
        let body = |run: Run| async move { Ok(run.commit(body(run.id())).await?) };
        let job = self.jobs.start(work, Arc::new(NothingToUndo), body);
        let job: JobHandle<(), ds_lifecycle::JobError> = job.map_err(|error| failed(&error))?;
        job.wait().await.map_err(|error| failed(&error))
    }
}

#[async_trait]
impl Changes for Fake {
    async fn change_version(
        &self,
        id: AppspaceId,
        to: VersionId,
    ) -> Result<JobHandle<Changed, ChangeError>, ChangeError> {
        let appspace = self.appspaces.appspace(id).await?.unwrap();
        let work = ds_core::Work::ChangeVersion {
            appspace: id,
            from: appspace.version_id,
            to,
            new_data: None,
        };
        let appspaces = Arc::clone(&self.appspaces);
        let body = move |run: Run| async move {
            run.step(Step::Check, async {
                // The downgrade of these tests: it cannot be done.
                if to < appspace.version_id {
                    return Err(ChangeError::Plan(PlanError::OtherApp));
                }
                Ok(())
            })
            .await?;
            run.commit(appspaces.change_version(id, to, run.id()))
                .await?;
            let appspace = appspaces.appspace(id).await?.unwrap();
            Ok(Changed {
                appspace,
                snapshot: None,
                elsewhere: Vec::new(),
            })
        };
        Ok(self.jobs.start(work, Arc::new(NothingToUndo), body)?)
    }

    fn explain(&self, error: &ChangeError) -> OpError {
        failed(error).with_hint("ask its developer")
    }

    async fn delete(&self, appspace: AppspaceId) -> Result<(), OpError> {
        let (trash, at) = (Arc::clone(&self.trash), Timestamp(3_000));
        let work = ds_core::Work::Delete { appspace, at };
        let body = move |job| async move { trash.trash(appspace, at, job).await };
        self.do_in_job(work, body).await
    }

    async fn take_out(
        &self,
        appspace: AppspaceId,
        address: Option<Address>,
    ) -> Result<Appspace, OpError> {
        let trash = Arc::clone(&self.trash);
        let trashed = trash.trashed(appspace).await?.unwrap();
        let address = address.unwrap_or(trashed.appspace.address);
        let work = ds_core::Work::TakeOut {
            appspace,
            address: address.clone(),
        };
        let body = move |job| async move { trash.take_out(appspace, &address, job).await };
        self.do_in_job(work, body).await?;
        Ok(self.appspaces.appspace(appspace).await?.unwrap())
    }

    async fn remove_for_good(&self, id: AppspaceId) -> Result<(), OpError> {
        Ok(self.trash.forget_trashed(id).await?)
    }

    fn removed_at(&self, trashed: &Trashed) -> Timestamp {
        trashed.deleted.plus(TRASH_KEPT)
    }

    async fn anomaly(&self, appspace: &Appspace) -> Option<String> {
        let is_old = appspace.address.as_str().starts_with("old.");
        is_old.then(|| "the data has <schema> 1: migrate it".to_owned())
    }
}
