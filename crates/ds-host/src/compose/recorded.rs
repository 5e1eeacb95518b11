//! Records how taking snapshots goes, and lets owners be told.

use std::sync::Arc;

use async_trait::async_trait;
use ds_backup::snapshots::Retention;
use ds_core::{
    AppspaceId, AppspaceStore as _, Clock, StoreError, error_chain,
    snapshots::{SnapshotFailure, SnapshotStore as _, SnapshotSuccess},
};
use ds_lifecycle::{Bookkeeping, JobError, TakeError, Taken};
use ds_store::Store;

use crate::{alerts::Alerts, ops::Records};

/// The books of a host's snapshots.
pub(super) struct Recorded {
    pub(super) records: Records,
    pub(super) store: Arc<Store>,
    pub(super) alerts: Arc<Alerts>,
    pub(super) clock: Arc<dyn Clock>,
}

impl Recorded {
    async fn record(
        &self,
        of: AppspaceId,
        outcome: Result<&Taken, &TakeError>,
    ) -> Result<(), StoreError> {
        match outcome {
            Ok(taken) => self.store.snapshot_taken(of, &success(taken)).await?,
            // Nothing was tried.
            Err(TakeError::Job(
                JobError::Busy { .. } | JobError::Cancelled | JobError::Stopping,
            )) => return Ok(()),
            Err(error) => {
                let failure = SnapshotFailure {
                    at: self.clock.now(),
                    why: error_chain(error),
                };
                self.store.snapshot_failed(of, &failure).await?;
            }
        }
        match self.store.appspace(of).await? {
            Some(appspace) => self.alerts.look(appspace.owner).await,
            None => Ok(()),
        }
    }
}

fn success(taken: &Taken) -> SnapshotSuccess {
    let number = |number| u32::try_from(number).unwrap_or(u32::MAX);
    let missed = taken.places.iter().filter_map(|kept| {
        let why = kept.outcome.as_ref().err()?;
        Some(format!("{}: {why}", kept.place))
    });
    let missed: Vec<_> = missed.collect();
    SnapshotSuccess {
        made: taken.about.made,
        kept: number(taken.places.len() - missed.len()),
        places: number(taken.places.len()),
        missed: (!missed.is_empty()).then(|| missed.join("; ")),
    }
}

#[async_trait]
impl Bookkeeping for Recorded {
    async fn retention_of(&self, appspace: AppspaceId) -> Option<Retention> {
        match self.store.snapshot_record(appspace).await {
            Ok(record) => Some(self.records.keep(&record.settings)),
            Err(error) => {
                let error = error_chain(&error);
                tracing::warn!(%appspace, error, "older snapshots stay: it is not known how many are wanted");
                None
            }
        }
    }

    async fn ended(&self, of: AppspaceId, outcome: Result<&Taken, &TakeError>) {
        if let Err(error) = self.record(of, outcome).await {
            let error = error_chain(&error);
            tracing::warn!(appspace = %of, error, "cannot record how taking a snapshot went");
        }
    }
}
