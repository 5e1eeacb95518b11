//! What a job's work is done through.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU8, Ordering},
    },
};

use ds_backup::Progress;
use ds_core::{
    AppspaceDir, DataDir, Hold, Job, JobId, JobLog, StoreError, Work, error_chain, fault,
};
use tokio::sync::watch;

use super::{
    JobError, JobProgress, JobState, Step,
    outcome::{GiveUp, Outcome},
};

/// One run of one job: does its steps, and knows what must be known to undo them. Clones are the same run.
#[derive(Clone)]
pub struct Run(Arc<Shared>);

struct Shared {
    log: Arc<dyn JobLog>,
    data: DataDir,
    job: Mutex<Job>,
    hold: Mutex<Option<Arc<Hold>>>,
    outcome: AtomicU8,
    progress: watch::Sender<JobProgress>,
    give_up: watch::Receiver<Option<GiveUp>>,
}

impl Run {
    pub(super) fn new(
        log: Arc<dyn JobLog>,
        data: DataDir,
        job: Job,
        progress: watch::Sender<JobProgress>,
        give_up: watch::Receiver<Option<GiveUp>>,
    ) -> Self {
        Self(Arc::new(Shared {
            log,
            data,
            job: Mutex::new(job),
            hold: Mutex::default(),
            outcome: AtomicU8::new(Outcome::Open as u8),
            progress,
            give_up,
        }))
    }

    /// Does one step: tells followers, passes the fault points before and after, and looks whether the job is to
    /// be given up.
    ///
    /// # Errors
    /// Those of the work, or that the job was given up.
    pub async fn step<T, E: From<JobError>>(
        &self,
        step: Step,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        if let Some(why) = self.why_given_up().filter(|_| step.can_cancel()) {
            return Err(why.into());
        }
        self.0.progress.send_modify(|now| now.enter(step));
        let name = format!("{}: {step}", self.job().work.kind());
        fault::point(format_args!("{name}: before"));
        fault::failure(&name).map_err(JobError::MadeToFail)?;
        let done = if step.can_drop() {
            tokio::select! {
                biased;
                why = self.given_up() => Err(JobError::from(why).into()),
                done = work => done,
            }
        } else {
            work.await
        };
        fault::point(format_args!("{name}: after"));
        if done.is_ok() {
            fault::failure(format_args!("{name}, once done")).map_err(JobError::MadeToFail)?;
        }
        done
    }

    /// Records durably what must be known from now on to finish or undo the job.
    ///
    /// # Errors
    /// If it cannot be recorded; what was recorded before still holds.
    pub async fn advance(&self, work: Work) -> Result<(), JobError> {
        self.0.log.advance(self.id(), &work).await?;
        fault::point(format_args!("{}: advanced", work.kind()));
        lock(&self.0.job).work = work;
        Ok(())
    }

    /// Records the outcome and the end of the job at once, by a call of a store that does both.
    ///
    /// # Errors
    /// If it was not recorded.
    pub async fn commit(
        &self,
        recording: impl Future<Output = Result<(), StoreError>>,
    ) -> Result<(), StoreError> {
        let Err(error) = recording.await else {
            self.set_outcome(Outcome::Committed);
            return Ok(());
        };
        // The failure may have come after it was recorded. What is recorded must not be undone.
        match self.0.log.unfinished().await {
            Ok(jobs) if jobs.iter().any(|job| job.id == self.id()) => Err(error),
            Ok(_) => {
                tracing::warn!(job = %self.id(), error = error_chain(&error), "recorded, after all");
                self.set_outcome(Outcome::Committed);
                Ok(())
            }
            Err(_) => {
                self.set_outcome(Outcome::Unsure);
                Err(error)
            }
        }
    }

    /// Keeps an appspace at rest until the job is over: if it fails, until everything is undone.
    #[must_use]
    pub fn keep(&self, hold: Hold) -> Arc<Hold> {
        let hold = Arc::new(hold);
        *lock(&self.0.hold) = Some(Arc::clone(&hold));
        hold
    }

    /// Lets the appspace go on before the job is over; the caller drops what it has of the hold.
    pub fn release(&self) {
        let hold = lock(&self.0.hold).take();
        drop(hold);
    }

    /// The job, as it is recorded.
    #[must_use]
    pub fn job(&self) -> Job {
        lock(&self.0.job).clone()
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> JobId {
        lock(&self.0.job).id
    }

    /// Where it may build what it likes: removed when the job is over.
    #[must_use]
    pub fn staging(&self) -> PathBuf {
        self.0.data.staging(self.id())
    }

    /// Where it builds the new data of an appspace, which is to take the place of the old: the copy's description
    /// goes beside it, so that the directory is a whole copy.
    #[must_use]
    pub fn staged(&self) -> AppspaceDir {
        staged(&self.staging())
    }

    /// What long work reports to and asks whether to go on.
    #[must_use]
    pub fn progress(&self) -> Arc<dyn Progress> {
        Arc::clone(&self.0) as Arc<dyn Progress>
    }

    pub(super) fn set_state(&self, state: JobState) {
        self.0.progress.send_modify(|now| now.state = state);
    }

    pub(super) fn outcome(&self) -> Outcome {
        match self.0.outcome.load(Ordering::SeqCst) {
            o if o == Outcome::Committed as u8 => Outcome::Committed,
            o if o == Outcome::Unsure as u8 => Outcome::Unsure,
            _ => Outcome::Open,
        }
    }

    fn set_outcome(&self, outcome: Outcome) {
        self.0.outcome.store(outcome as u8, Ordering::SeqCst);
    }

    /// Why the job is to be given up, if it is.
    pub(super) fn why_given_up(&self) -> Option<JobError> {
        self.0.give_up.borrow().map(JobError::from)
    }

    /// Resolves when the job is to be given up.
    pub(super) async fn given_up(&self) -> GiveUp {
        let mut give_up = self.0.give_up.clone();
        let why = give_up.wait_for(Option::is_some).await.map(|why| *why);
        match why {
            Ok(Some(why)) => why,
            // Nobody is left who could ask for it.
            _ => std::future::pending().await,
        }
    }
}

/// Where a job builds an appspace's new data, in its staging directory.
pub(crate) fn staged(staging: &Path) -> AppspaceDir {
    AppspaceDir::new(staging.join("copy"))
}

impl Progress for Shared {
    fn expect(&self, bytes: u64, files: u64) {
        self.progress.send_modify(|now| {
            now.bytes_expected = bytes;
            now.files_expected = files;
        });
    }

    fn advance(&self, bytes: u64, files: u64) {
        self.progress.send_modify(|now| {
            now.bytes_done = now.bytes_done.saturating_add(bytes);
            now.files_done = now.files_done.saturating_add(files);
        });
    }

    fn is_cancelled(&self) -> bool {
        self.give_up.borrow().is_some()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
