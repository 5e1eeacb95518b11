//! The jobs that were begun since the host started, and what came of them.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use ds_core::{AccountId, JobId, Timestamp};
use ds_lifecycle::JobProgress;
use tokio::sync::watch;

use super::{JobReport, OpError};

/// How many jobs that are over are remembered with all that was said of them. The log has the others.
const REMEMBERED: usize = 256;

/// When a job ended, and what is said of it.
pub(super) type Outcome = (Timestamp, Result<String, Arc<OpError>>);

/// One job.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) id: JobId,
    pub(super) owner: AccountId,
    /// Whether it is the whole host's: everybody who runs the host may follow it, too.
    pub(super) is_hosts: bool,
    pub(super) title: String,
    pub(super) begun: Timestamp,
    pub(super) progress: watch::Receiver<JobProgress>,
    /// `None` for a job that others began: all that is known of it is its progress.
    pub(super) outcome: Option<watch::Receiver<Option<Outcome>>>,
}

/// The jobs that are remembered, oldest first.
#[derive(Default)]
pub(in crate::ops) struct Book(Mutex<VecDeque<Entry>>);

impl Book {
    pub(super) fn add(&self, entry: Entry) {
        let mut entries = self.lock();
        let mut spare = (entries.len() + 1).saturating_sub(REMEMBERED);
        entries.retain(|one| {
            let goes = spare > 0 && one.is_over();
            spare -= usize::from(goes);
            !goes
        });
        entries.push_back(entry);
    }

    pub(super) fn get(&self, id: JobId) -> Option<Entry> {
        self.lock().iter().find(|one| one.id == id).cloned()
    }

    pub(super) fn of(&self, owner: AccountId, is_admin: bool) -> Vec<JobReport> {
        let entries = self.lock();
        let is_own = |one: &&Entry| one.owner == owner || (is_admin && one.is_hosts);
        let own = entries.iter().filter(is_own);
        own.map(Entry::report).collect()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    fn is_over(&self) -> bool {
        match &self.outcome {
            Some(outcome) => outcome.borrow().is_some(),
            None => self.progress.borrow().state.is_over(),
        }
    }
}
