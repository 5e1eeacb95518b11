//! A job, for who started it.

use std::fmt;

use ds_core::JobId;
use tokio::{sync::watch, task::JoinHandle};

use super::{JobError, JobProgress};

/// A job that was started. Dropping this does not stop it.
#[must_use = "a job goes on by itself; wait for it or say that nobody does"]
pub struct JobHandle<T, E> {
    pub(super) id: JobId,
    pub(super) progress: watch::Receiver<JobProgress>,
    pub(super) task: JoinHandle<Result<T, E>>,
}

impl<T, E: From<JobError>> JobHandle<T, E> {
    /// The job.
    #[must_use]
    pub fn id(&self) -> JobId {
        self.id
    }

    /// How far it is, now and from now on.
    #[must_use]
    pub fn progress(&self) -> watch::Receiver<JobProgress> {
        self.progress.clone()
    }

    /// Waits until it is over.
    ///
    /// # Errors
    /// Why it was not done; whatever it had done is undone.
    pub async fn wait(self) -> Result<T, E> {
        match self.task.await {
            Ok(outcome) => outcome,
            Err(_) => Err(JobError::Panicked.into()),
        }
    }
}

impl<T, E> fmt::Debug for JobHandle<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JobHandle({})", self.id)
    }
}
