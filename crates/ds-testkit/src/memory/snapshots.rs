//! What is known of appspaces' snapshots.

use async_trait::async_trait;
use ds_core::{
    AccountId, AppspaceId, StoreError,
    snapshots::{
        SnapshotAlert, SnapshotFailure, SnapshotRecord, SnapshotSettings, SnapshotStore,
        SnapshotSuccess, bounded,
    },
};

use super::Memory;

impl Memory {
    fn record(
        &self,
        appspace: AppspaceId,
        change: impl FnOnce(&mut SnapshotRecord),
    ) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        tables.check_appspace(appspace)?;
        change(tables.snapshots.entry(appspace).or_default());
        Ok(())
    }
}

#[async_trait]
impl SnapshotStore for Memory {
    async fn snapshot_record(&self, appspace: AppspaceId) -> Result<SnapshotRecord, StoreError> {
        let tables = self.tables()?;
        Ok(tables.snapshots.get(&appspace).cloned().unwrap_or_default())
    }

    async fn snapshot_records(
        &self,
        owner: AccountId,
    ) -> Result<Vec<(AppspaceId, SnapshotRecord)>, StoreError> {
        let tables = self.tables()?;
        let own = tables.snapshots.iter().filter(|(id, _)| {
            let appspace = tables.appspaces.get(id);
            appspace.is_some_and(|appspace| appspace.owner == owner)
        });
        Ok(own.map(|(id, record)| (*id, record.clone())).collect())
    }

    async fn set_snapshots(
        &self,
        appspace: AppspaceId,
        settings: &SnapshotSettings,
    ) -> Result<(), StoreError> {
        self.record(appspace, |record| record.settings = *settings)
    }

    async fn snapshot_taken(
        &self,
        appspace: AppspaceId,
        success: &SnapshotSuccess,
    ) -> Result<(), StoreError> {
        let success = SnapshotSuccess {
            missed: success.missed.as_deref().map(bounded),
            ..success.clone()
        };
        self.record(appspace, |record| {
            record.success = Some(success);
            record.failure = None;
        })
    }

    async fn snapshot_failed(
        &self,
        appspace: AppspaceId,
        failure: &SnapshotFailure,
    ) -> Result<(), StoreError> {
        let failure = SnapshotFailure {
            at: failure.at,
            why: bounded(&failure.why),
        };
        self.record(appspace, |record| record.failure = Some(failure))
    }

    async fn set_snapshot_alert(
        &self,
        appspace: AppspaceId,
        alert: SnapshotAlert,
    ) -> Result<(), StoreError> {
        self.record(appspace, |record| record.alert = alert)
    }
}
