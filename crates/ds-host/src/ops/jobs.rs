//! Jobs as people follow them: what runs, how far it is, what came of it, and giving it up.
//!
//! An operation that starts a job hands it to [`Ops::began`], which remembers whose it is and what came of it, in
//! words. Whoever wants to know follows it by its id; nobody has to.

mod book;
mod report;

use std::sync::Arc;

use ds_core::{AccountId, AppspaceId, JobId, JobKind, JobLog, TrashStore};
use ds_lifecycle::{CancelError, JobError, JobHandle, JobProgress, Jobs};
use tokio::sync::watch;

use super::{ErrorKind, OpError, Ops, changes::Changes};

pub use report::{Follow, JobReport, JobStage};

pub(super) use book::Book;
use book::Entry;

/// How many jobs a list has at most.
const LISTED: usize = 50;

/// What the operations about jobs, changes of version and the trash stand on.
pub struct Work {
    /// The jobs of this host.
    pub jobs: Jobs,
    /// What is remembered of them.
    pub log: Arc<dyn JobLog>,
    /// The appspaces in the trash.
    pub trash: Arc<dyn TrashStore>,
    /// Does what takes an appspace at rest.
    pub changes: Arc<dyn Changes>,
}

impl Ops {
    /// Remembers a job that was just begun for an account. `title` says what it does ("Upgrade of notes.localhost to
    /// 2.0.0"), `tell` what came of it. The job goes on whether or not anybody follows it.
    pub fn began<T, E>(
        &self,
        owner: AccountId,
        title: String,
        handle: JobHandle<T, E>,
        tell: impl FnOnce(Result<T, E>) -> Result<String, OpError> + Send + 'static,
    ) -> JobReport
    where
        T: Send + 'static,
        E: From<JobError> + Send + 'static,
    {
        self.enter(owner, false, title, handle, tell)
    }

    /// The same of a job of the whole host.
    pub(super) fn began_for_host<T, E>(
        &self,
        by: AccountId,
        title: String,
        handle: JobHandle<T, E>,
        tell: impl FnOnce(Result<T, E>) -> Result<String, OpError> + Send + 'static,
    ) -> JobReport
    where
        T: Send + 'static,
        E: From<JobError> + Send + 'static,
    {
        self.enter(by, true, title, handle, tell)
    }

    fn enter<T, E>(
        &self,
        owner: AccountId,
        is_hosts: bool,
        title: String,
        handle: JobHandle<T, E>,
        tell: impl FnOnce(Result<T, E>) -> Result<String, OpError> + Send + 'static,
    ) -> JobReport
    where
        T: Send + 'static,
        E: From<JobError> + Send + 'static,
    {
        let (told, outcome) = watch::channel(None);
        let clock = Arc::clone(&self.parts.terms.clock);
        let entry = Entry {
            id: handle.id(),
            owner,
            is_hosts,
            title,
            begun: clock.now(),
            progress: handle.progress(),
            outcome: Some(outcome),
        };
        let report = entry.report();
        self.book.add(entry);
        tokio::spawn(async move {
            let outcome = tell(handle.wait().await).map_err(Arc::new);
            told.send_replace(Some((clock.now(), outcome)));
        });
        report
    }

    /// Follows a job of an account to its end.
    ///
    /// # Errors
    /// If there is no such job.
    pub async fn follow(&self, owner: AccountId, job: JobId) -> Result<Follow, OpError> {
        if let Some(entry) = self.book.get(job) {
            let is_own = entry.owner == owner || (entry.is_hosts && self.is_admin(owner).await?);
            return if is_own {
                Ok(Follow::of(entry))
            } else {
                Err(no_job(job))
            };
        }
        let running = self.parts.work.jobs.follow(job);
        if let Some(progress) = running {
            let now = progress.borrow().clone();
            if let Some(title) = self.title_for(owner, &now).await? {
                return Ok(Follow::of(self.entry(owner, title, progress)));
            }
        }
        let mut past = self.past_jobs(owner).await?.into_iter();
        let found = past.find(|report| report.id == job);
        Ok(Follow::over(found.ok_or_else(|| no_job(job))?))
    }

    /// The jobs of an account: those under way, then those that are over, newest first.
    pub async fn jobs(&self, owner: AccountId) -> Result<Vec<JobReport>, OpError> {
        let mut reports = self.book.of(owner, self.is_admin(owner).await?);
        for running in self.parts.work.jobs.running() {
            if reports.iter().any(|one| one.id == running.job) {
                continue;
            }
            if let Some(title) = self.title_for(owner, &running).await?
                && let Some(progress) = self.parts.work.jobs.follow(running.job)
            {
                reports.push(self.entry(owner, title, progress).report());
            }
        }
        for past in self.past_jobs(owner).await? {
            if !reports.iter().any(|one| one.id == past.id) {
                reports.push(past);
            }
        }
        reports.sort_by_key(|one| (one.stage.is_over(), std::cmp::Reverse(one.begun)));
        reports.truncate(LISTED);
        Ok(reports)
    }

    /// The jobs of one appspace, newest first; one that is under way comes first.
    pub async fn jobs_of(
        &self,
        owner: AccountId,
        address: &str,
    ) -> Result<Vec<JobReport>, OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        let mut reports = Vec::new();
        if let Some(running) = self.parts.work.jobs.of(appspace.id) {
            reports.push(self.follow(owner, running.job).await?.now());
        }
        let about = appspace.address.to_string();
        for past in self.past_of(appspace.id, &about).await? {
            let known = self.book.get(past.id).map(|entry| entry.report());
            if !reports.iter().any(|one| one.id == past.id) {
                reports.push(known.unwrap_or(past));
            }
        }
        Ok(reports)
    }

    /// The work of the whole host that goes on, if this account may follow it.
    pub async fn host_job(&self, owner: AccountId) -> Result<Option<JobReport>, OpError> {
        let running = self.parts.work.jobs.running();
        let found = running.iter().find(|one| one.kind == JobKind::Verify);
        match found {
            Some(found) => Ok(Some(self.follow(owner, found.job).await?.now())),
            None => Ok(None),
        }
    }

    /// Whose a job is, if it was begun since the host started.
    #[must_use]
    pub fn owner_of_job(&self, job: JobId) -> Option<AccountId> {
        self.book.get(job).map(|entry| entry.owner)
    }

    /// Asks a job to give up, and waits until what it did is undone.
    ///
    /// # Errors
    /// If there is no such job, or it is over, or what it does now must be finished.
    pub async fn cancel(&self, owner: AccountId, job: JobId) -> Result<JobReport, OpError> {
        let mut follow = self.follow(owner, job).await?;
        let cancelled = self.parts.work.jobs.cancel(job);
        cancelled.map_err(|error| {
            let message = match error {
                CancelError::NotRunning => format!("job {job} is over"),
                CancelError::TooLate => error.to_string(),
            };
            OpError::new(ErrorKind::Conflict, message)
        })?;
        while follow.next().await.is_some() {}
        Ok(follow.now())
    }

    /// What a job that this run of the host did not hear of is called, if it is this account's.
    async fn title_for(
        &self,
        owner: AccountId,
        job: &JobProgress,
    ) -> Result<Option<String>, OpError> {
        let Some(id) = job.appspace else {
            let is_theirs = job.kind == JobKind::Verify && self.is_admin(owner).await?;
            return Ok(is_theirs.then(|| report::title(job.kind, "the snapshots")));
        };
        let mut found = self.parts.appspaces.appspace(id).await?;
        if found.is_none() {
            let trashed = self.parts.work.trash.trashed(id).await?;
            found = trashed.map(|trashed| trashed.appspace);
        }
        let own = found.filter(|appspace| appspace.owner == owner);
        Ok(own.map(|appspace| report::title(job.kind, appspace.address.as_str())))
    }

    fn entry(
        &self,
        owner: AccountId,
        title: String,
        progress: watch::Receiver<JobProgress>,
    ) -> Entry {
        let id = progress.borrow().job;
        Entry {
            id,
            owner,
            is_hosts: false,
            title,
            begun: self.parts.terms.clock.now(),
            progress,
            outcome: None,
        }
    }

    /// What the log has of an account's appspaces.
    async fn past_jobs(&self, owner: AccountId) -> Result<Vec<JobReport>, OpError> {
        let appspaces = self.parts.appspaces.appspaces_of(owner).await?;
        let trashed = self.parts.work.trash.trash_of(owner).await?;
        let trashed = trashed.into_iter().map(|trashed| trashed.appspace);
        let mut reports = Vec::new();
        for appspace in appspaces.into_iter().chain(trashed) {
            let about = appspace.address.to_string();
            reports.extend(self.past_of(appspace.id, &about).await?);
        }
        Ok(reports)
    }

    async fn past_of(&self, id: AppspaceId, about: &str) -> Result<Vec<JobReport>, OpError> {
        let records = self.parts.work.log.recent(id).await?;
        let is_over = records.into_iter().filter(|record| record.ended.is_some());
        Ok(is_over
            .map(|record| JobReport::logged(record, id, about))
            .collect())
    }
}

fn no_job(job: JobId) -> OpError {
    OpError::new(ErrorKind::NotFound, format!("there is no job {job}"))
        .with_hint("`ds-host job list` shows those there are")
}
