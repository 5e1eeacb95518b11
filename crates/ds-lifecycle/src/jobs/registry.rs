//! Which jobs there are.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use ds_core::{AppspaceId, JobId, JobKind};
use tokio::sync::watch;

use super::{JobError, JobProgress, outcome::GiveUp};

/// The jobs that are not over.
#[derive(Default)]
pub(super) struct Registry {
    book: Mutex<Book>,
    /// How many there are.
    count: watch::Sender<usize>,
}

#[derive(Default)]
struct Book {
    jobs: BTreeMap<JobId, Entry>,
    /// Which job an appspace has: one at a time.
    by_appspace: HashMap<AppspaceId, JobId>,
    /// Whose last job was left to the next start: what another did now, that would undo or mistake for its own.
    unsettled: HashSet<AppspaceId>,
    stopping: bool,
}

struct Entry {
    progress: watch::Receiver<JobProgress>,
    give_up: watch::Sender<Option<GiveUp>>,
}

/// Why a job is not cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CancelError {
    /// It is over, or never was.
    #[error("there is no such job under way")]
    NotRunning,
    /// What it does now must be finished.
    #[error("it is too late to cancel: it is being finished")]
    TooLate,
}

impl Registry {
    /// Enters a job, unless its appspace has another or the host is stopping.
    pub(super) fn enter(
        &self,
        id: JobId,
        progress: watch::Receiver<JobProgress>,
        give_up: watch::Sender<Option<GiveUp>>,
    ) -> Result<(), JobError> {
        let mut book = self.lock();
        if book.stopping {
            return Err(JobError::Stopping);
        }
        let appspace = progress.borrow().appspace;
        if let Some(appspace) = appspace {
            if let Some(running) = book.kind_at(appspace) {
                return Err(JobError::Busy { running });
            }
            if book.unsettled.contains(&appspace) {
                return Err(JobError::Unsettled);
            }
            book.by_appspace.insert(appspace, id);
        }
        book.jobs.insert(id, Entry { progress, give_up });
        self.count.send_replace(book.jobs.len());
        Ok(())
    }

    /// Takes a job out: it is over.
    pub(super) fn leave(&self, id: JobId) {
        let mut book = self.lock();
        book.jobs.remove(&id);
        book.by_appspace.retain(|_, job| *job != id);
        self.count.send_replace(book.jobs.len());
    }

    /// Lets nothing more be done to an appspace until the next start.
    pub(super) fn unsettle(&self, appspace: AppspaceId) {
        self.lock().unsettled.insert(appspace);
    }

    pub(super) fn all(&self) -> Vec<JobProgress> {
        let book = self.lock();
        let all = book.jobs.values();
        all.map(|entry| entry.progress.borrow().clone()).collect()
    }

    pub(super) fn follow(&self, id: JobId) -> Option<watch::Receiver<JobProgress>> {
        let book = self.lock();
        book.jobs.get(&id).map(|entry| entry.progress.clone())
    }

    pub(super) fn of(&self, appspace: AppspaceId) -> Option<JobProgress> {
        let book = self.lock();
        let id = book.by_appspace.get(&appspace)?;
        book.jobs
            .get(id)
            .map(|entry| entry.progress.borrow().clone())
    }

    pub(super) fn cancel(&self, id: JobId) -> Result<(), CancelError> {
        let book = self.lock();
        let entry = book.jobs.get(&id).ok_or(CancelError::NotRunning)?;
        if !entry.progress.borrow().can_cancel() {
            return Err(CancelError::TooLate);
        }
        entry.give_up.send_replace(Some(GiveUp::Cancelled));
        Ok(())
    }

    /// Lets nobody in any more, and asks those inside to give up.
    pub(super) fn stop(&self) {
        let mut book = self.lock();
        book.stopping = true;
        for entry in book.jobs.values() {
            entry.give_up.send_replace(Some(GiveUp::Stopping));
        }
    }

    /// Resolves when there is none.
    pub(super) async fn empty(&self) {
        // The sender lives in `self`.
        let _ = self.count.subscribe().wait_for(|count| *count == 0).await;
    }

    pub(super) fn len(&self) -> usize {
        self.lock().jobs.len()
    }

    fn lock(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    fn kind_at(&self, appspace: AppspaceId) -> Option<JobKind> {
        let entry = self.jobs.get(self.by_appspace.get(&appspace)?)?;
        Some(entry.progress.borrow().kind)
    }
}
