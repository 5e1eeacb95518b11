//! How well appspaces are backed up, kept in memory: the repositories know it, and asking them takes long.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use ds_core::{Appspace, AppspaceId, Timestamp};
use ds_lifecycle::{Keeper, Lifecycle};

/// After this long without a snapshot something is wrong: a day, and time for it to be taken.
const LATE: Duration = Duration::from_hours(28);

/// Takes snapshots, and knows of the last ones.
pub struct Backups {
    /// Takes and restores them.
    pub lifecycle: Lifecycle,
    /// Keeps them.
    pub keeper: Keeper,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    last: BTreeMap<AppspaceId, Timestamp>,
    failures: BTreeMap<AppspaceId, (Timestamp, String)>,
    is_listed: bool,
}

/// How well one appspace is backed up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupState {
    /// When its data was last kept anywhere.
    pub last: Option<Timestamp>,
    /// Whether that is too long ago.
    pub is_late: bool,
    /// Why the last try failed, if it did.
    pub failure: Option<String>,
}

impl Backups {
    /// Snapshots that this lifecycle takes and this keeper keeps.
    #[must_use]
    pub fn new(lifecycle: Lifecycle, keeper: Keeper) -> Self {
        Self {
            lifecycle,
            keeper,
            known: Mutex::default(),
        }
    }

    /// A snapshot of then was taken.
    pub fn note(&self, of: AppspaceId, made: Timestamp) {
        let mut known = self.known();
        known.failures.remove(&of);
        let last = known.last.entry(of).or_insert(made);
        *last = made.max(*last);
    }

    /// One was not taken.
    pub fn note_failure(&self, of: AppspaceId, at: Timestamp, why: String) {
        self.known().failures.insert(of, (at, why));
    }

    /// When one was last tried in vain, if none has succeeded since.
    #[must_use]
    pub fn failed_at(&self, of: AppspaceId) -> Option<Timestamp> {
        self.known().failures.get(&of).map(|(at, _)| *at)
    }

    /// When the last snapshot of an appspace was taken. The repositories are asked once.
    pub async fn last(&self, of: AppspaceId) -> Option<Timestamp> {
        if !self.known().is_listed {
            let Ok(listed) = self.keeper.list(None).await else {
                return None;
            };
            let found = listed
                .into_iter()
                .filter_map(|at| at.outcome.ok())
                .flatten();
            let mut known = self.known();
            for snapshot in found {
                let last = known.last.entry(snapshot.appspace).or_insert(snapshot.made);
                *last = snapshot.made.max(*last);
            }
            known.is_listed = true;
        }
        self.known().last.get(&of).copied()
    }

    pub(super) async fn state(&self, appspace: &Appspace, now: Timestamp) -> BackupState {
        let last = self.last(appspace.id).await;
        let since = last.unwrap_or(appspace.created).max(appspace.created);
        let failures = self.known().failures.get(&appspace.id).cloned();
        BackupState {
            last,
            is_late: since < now.minus(LATE),
            failure: failures.map(|(_, why)| why),
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
