//! The engine of jobs: each runs in a task of its own, step by step, and ends done or undone.
//!
//! An appspace has one job at a time; a second one is refused, because what it was to do may make no sense
//! after the first. Of those that copy data, few run at once on a host and the others wait in line, first come
//! first served; the quick ones have a line of their own, and so have those that wait for other hosts.

mod clone;
mod drive;
mod error;
mod handle;
mod outcome;
mod progress;
mod registry;
mod run;
mod step;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use ds_core::{AppspaceId, Clock, DataDir, Job, JobId, JobLog, Work};
use tokio::{
    sync::{Semaphore, watch},
    time::timeout,
};

pub use error::{JobError, UndoError};
pub use handle::JobHandle;
pub use progress::{JobProgress, JobState};
pub use registry::CancelError;
pub use run::Run;
pub(crate) use run::staged;
pub use step::Step;

use registry::Registry;

/// How many jobs that copy data run at once.
const COPYING: usize = 2;
/// How many of the others.
const QUICK: usize = 8;
/// How many of those that wait for others, who may be slow, or read everything.
const WAITING: usize = 8;

/// Knows how to undo jobs by what is recorded of them.
#[async_trait]
pub trait Undo: Send + Sync {
    /// Undoes what a job did, except in its staging directory, which is removed afterwards. What the job holds is
    /// still held. Doing it again is fine.
    async fn undo(&self, job: &Job) -> Result<(), UndoError>;
    /// A job is left to the next start of the host: nobody may use what it left.
    fn leave(&self, job: &Job);
}

/// All jobs of a host. Clones are the same.
#[derive(Clone)]
pub struct Jobs(Arc<Inner>);

struct Inner {
    log: Arc<dyn JobLog>,
    data: DataDir,
    clock: Arc<dyn Clock>,
    registry: Registry,
    copying: Arc<Semaphore>,
    quick: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

impl Jobs {
    /// None yet.
    #[must_use]
    pub fn new(log: Arc<dyn JobLog>, data: DataDir, clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Inner {
            log,
            data,
            clock,
            registry: Registry::default(),
            copying: Arc::new(Semaphore::new(COPYING)),
            quick: Arc::new(Semaphore::new(QUICK)),
            waiting: Arc::new(Semaphore::new(WAITING)),
        }))
    }

    /// Starts a job. It goes on whatever the caller does; if it fails, what it did is undone by its record.
    ///
    /// # Errors
    /// [`JobError::Busy`] if something else is being done to its appspace, [`JobError::Stopping`] if the host is
    /// stopping.
    pub fn start<T, E, F>(
        &self,
        work: Work,
        undo: Arc<dyn Undo>,
        body: impl FnOnce(Run) -> F + Send + 'static,
    ) -> Result<JobHandle<T, E>, JobError>
    where
        T: Send + 'static,
        E: From<JobError> + std::error::Error + Send + 'static,
        F: Future<Output = Result<T, E>> + Send + 'static,
    {
        let id = JobId::new();
        let (kind, appspace) = (work.kind(), work.appspace());
        let (told, progress) = watch::channel(JobProgress::new(id, kind, appspace));
        let (give_up, asked) = watch::channel(None);
        self.0.registry.enter(id, progress.clone(), give_up)?;
        let job = Job {
            id,
            work,
            begun: self.0.clock.now(),
        };
        let (log, data) = (Arc::clone(&self.0.log), self.0.data.clone());
        let run = Run::new(log, data, job, told, asked);
        let this = self.clone();
        let entered = Entered {
            jobs: self.clone(),
            id,
        };
        let task = tokio::spawn(async move {
            let outcome = this.drive(&run, &undo, body).await;
            drop(entered);
            outcome
        });
        Ok(JobHandle { id, progress, task })
    }

    /// Every job that is not over, oldest first.
    #[must_use]
    pub fn running(&self) -> Vec<JobProgress> {
        self.0.registry.all()
    }

    /// The job of an appspace that is not over, if there is one.
    #[must_use]
    pub fn of(&self, appspace: AppspaceId) -> Option<JobProgress> {
        self.0.registry.of(appspace)
    }

    /// How far a job is, now and from now on, if it is not over.
    #[must_use]
    pub fn follow(&self, job: JobId) -> Option<watch::Receiver<JobProgress>> {
        self.0.registry.follow(job)
    }

    /// Asks a job to give up and undo what it did.
    ///
    /// # Errors
    /// If it is over, or is already being finished.
    pub fn cancel(&self, job: JobId) -> Result<(), CancelError> {
        self.0.registry.cancel(job)
    }

    /// Begins no more jobs, asks the others to give up, and waits until they have ended or been undone, but no
    /// longer than this. Says how many are left: the next start of the host settles them.
    pub async fn stop(&self, within: Duration) -> usize {
        self.0.registry.stop();
        let _ = timeout(within, self.0.registry.empty()).await;
        self.0.registry.len()
    }
}

/// A job's place in the registry; left however the job ends.
struct Entered {
    jobs: Jobs,
    id: JobId,
}

impl Drop for Entered {
    fn drop(&mut self) {
        self.jobs.0.registry.leave(self.id);
    }
}
