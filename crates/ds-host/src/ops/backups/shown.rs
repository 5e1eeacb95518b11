//! Listing snapshots for a page: what is known soon, and which places say nothing.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use ds_backup::snapshots::Snapshot;
use ds_core::{AccountId, AppspaceId, error_chain};
use tokio::{sync::Semaphore, task::JoinSet, time::Instant};

use super::{BackupSummary, Backups, find::gather};
use crate::ops::{OpError, Ops};

/// How long a page waits for places.
const PATIENCE: Duration = Duration::from_secs(6);

/// The snapshots of an appspace, as far as they are known.
#[derive(Clone, Debug, Default)]
pub struct SnapshotList {
    /// Newest first.
    pub all: Vec<BackupSummary>,
    /// The places that did not tell theirs, with the reason.
    pub silent: Vec<(String, String)>,
}

/// Lets one page at a time ask a place: opening a repository takes much memory, and one that hangs is not asked again
/// before it has answered.
pub(super) struct Turns(Vec<Arc<Semaphore>>);

impl Turns {
    pub(super) fn new(places: usize) -> Self {
        Self((0..places).map(|_| Arc::new(Semaphore::new(1))).collect())
    }
}

impl Backups {
    /// The snapshots of an appspace at those places that tell them in time.
    async fn list_soon(self: Arc<Self>, of: AppspaceId) -> SnapshotList {
        let until = Instant::now() + PATIENCE;
        let mut asked = JoinSet::new();
        for (number, place) in self.keeper.places().into_iter().enumerate() {
            let this = Arc::clone(&self);
            asked.spawn(async move { (number, place, this.ask(number, of, until).await) });
        }
        let mut answers: Vec<_> = asked.join_all().await;
        answers.sort_by_key(|(number, ..)| *number);
        let (mut found, mut silent) = (BTreeMap::new(), Vec::new());
        for (_, place, answer) in answers {
            match answer {
                Ok(snapshots) => gather(&mut found, &place, snapshots),
                Err(why) => silent.push((place, why)),
            }
        }
        SnapshotList {
            all: found.into_values().rev().collect(),
            silent,
        }
    }

    async fn ask(
        &self,
        place: usize,
        of: AppspaceId,
        until: Instant,
    ) -> Result<Vec<Snapshot>, String> {
        let late = |_| "it does not answer".to_owned();
        let Some(turn) = self.turns.0.get(place) else {
            return Ok(Vec::new());
        };
        let turn = tokio::time::timeout_at(until, Arc::clone(turn).acquire_owned()).await;
        let turn = turn.map_err(late)?;
        let keeper = self.keeper.clone();
        // In a task of its own: it keeps its turn until there is an answer, however long we wait.
        let answer = tokio::spawn(async move {
            let answer = keeper.list_at(place, Some(of)).await;
            drop(turn);
            answer
        });
        let answer = tokio::time::timeout_at(until, answer).await.map_err(late)?;
        match answer {
            Ok(Ok(Some(Ok(snapshots)))) => Ok(snapshots),
            Ok(Ok(None)) => Ok(Vec::new()),
            Ok(Ok(Some(Err(error)))) => Err(error_chain(&error)),
            Ok(Err(error)) => Err(error_chain(&error)),
            Err(panic) => Err(error_chain(&panic)),
        }
    }
}

impl Ops {
    /// The snapshots of an appspace, from the places that answer within a few seconds.
    pub async fn snapshots_shown(
        &self,
        owner: AccountId,
        address: &str,
    ) -> Result<SnapshotList, OpError> {
        let of = self.appspace_of(owner, address).await?.id;
        Ok(self.own_backups()?.list_soon(of).await)
    }
}
