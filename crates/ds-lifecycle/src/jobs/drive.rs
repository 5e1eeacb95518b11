//! A job from its place in line to its end: done, undone, or left to the next start of the host.

use std::sync::Arc;

use ds_core::{Job, JobKind, error_chain, fault, publish};

use super::{JobError, JobState, Jobs, Run, Undo, UndoError, outcome::Outcome};
use crate::files::blocking;

impl Jobs {
    /// Does a job from its place in line to its end.
    pub(super) async fn drive<T, E, F>(
        &self,
        run: &Run,
        undo: &Arc<dyn Undo>,
        body: impl FnOnce(Run) -> F,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<JobError> + std::error::Error + Send + 'static,
        F: Future<Output = Result<T, E>> + Send + 'static,
    {
        let kind = run.job().work.kind();
        let begun = self.begin(run, kind).await;
        let _turn = begun.inspect_err(|error| {
            run.set_state(JobState::Failed(error_chain(error)));
        })?;
        let work = tokio::spawn(body(run.clone()));
        let outcome = work.await.unwrap_or(Err(JobError::Panicked.into()));
        match &outcome {
            Ok(_) => self.done(run).await,
            Err(error) => self.undone(run, undo, error_chain(error)).await,
        }
        outcome
    }

    /// Waits for the job's turn and records it.
    async fn begin(&self, run: &Run, kind: JobKind) -> Result<impl Drop + use<>, JobError> {
        let line = match kind {
            JobKind::CreateAppspace | JobKind::Delete | JobKind::TakeOut => &self.0.quick,
            // Another host, or all there is to read, must keep nobody else waiting.
            JobKind::Move | JobKind::MoveOut | JobKind::Verify => &self.0.waiting,
            _ => &self.0.copying,
        };
        let turn = tokio::select! {
            biased;
            why = run.given_up() => return Err(why.into()),
            turn = Arc::clone(line).acquire_owned() => turn.map_err(|_| JobError::Stopping)?,
        };
        fault::point(format_args!("{kind}: begin"));
        self.0.log.begin(&run.job()).await?;
        fault::point(format_args!("{kind}: begun"));
        run.set_state(JobState::Running);
        Ok(turn)
    }

    async fn done(&self, run: &Run) {
        run.release();
        self.empty_staging(run).await;
        if run.outcome() == Outcome::Open {
            self.end(run, None).await;
        }
        run.set_state(JobState::Done);
    }

    async fn undone(&self, run: &Run, undo: &Arc<dyn Undo>, failure: String) {
        run.set_state(JobState::Undoing);
        let job = run.job();
        let undone = match run.outcome() {
            // What is recorded stays; the failure came afterwards.
            Outcome::Committed => Ok(()),
            Outcome::Open => {
                let (undo, job) = (Arc::clone(undo), job.clone());
                // In a task of its own: if it panics, the appspace must not be open when that is over.
                let undone = tokio::spawn(async move { undo.undo(&job).await }).await;
                let undone = undone.unwrap_or(Err(UndoError::Panicked));
                undone.map_err(|error| error_chain(&error))
            }
            Outcome::Unsure => Err("it is not known whether it was recorded".to_owned()),
        };
        if let Err(why) = undone {
            tracing::error!(job = %job.id, failure, why, "a job failed and cannot be undone now; restart the host");
            self.leave(&**undo, &job);
            run.release();
            run.set_state(JobState::Unsettled(failure));
            return;
        }
        run.release();
        self.empty_staging(run).await;
        if run.outcome() == Outcome::Open {
            self.end(run, Some(&failure)).await;
        }
        run.set_state(JobState::Failed(failure));
    }

    /// Leaves a job to the next start of the host: until then nothing else is done to its appspace.
    pub(crate) fn leave(&self, undo: &dyn Undo, job: &Job) {
        undo.leave(job);
        if let Some(appspace) = job.work.appspace() {
            self.0.registry.unsettle(appspace);
        }
    }

    async fn end(&self, run: &Run, failure: Option<&str>) {
        fault::point("end a job: before");
        if let Err(error) = self.0.log.end(run.id(), failure).await {
            // Harmless: at the next start the job is found and finds its work done or undone. One that begins before
            // for the same appspace ends it.
            tracing::warn!(job = %run.id(), error = error_chain(&error), "cannot end a job");
        }
        fault::point("end a job: after");
    }

    async fn empty_staging(&self, run: &Run) {
        let staging = run.staging();
        let removed = blocking(move || publish::remove_dir(&staging)).await;
        if let Err(error) = removed {
            // The next start empties it.
            tracing::warn!(job = %run.id(), error = error_chain(&error), "a job left files behind");
        }
        fault::point("empty the staging directory: after");
    }
}
