//! What is known of appspaces' snapshots.

use async_trait::async_trait;
use ds_core::{
    AccountId, AppspaceId, StoreError, Timestamp,
    snapshots::{
        SnapshotAlert, SnapshotFailure, SnapshotRecord, SnapshotSettings, SnapshotStore,
        SnapshotSuccess, bounded,
    },
};
use sqlx::sqlite::SqliteRow;

use super::Store;
use crate::{
    query::Query,
    row::{Reader, to_json},
};

const WHAT: &str = "snapshots of an appspace";

fn read(row: &SqliteRow) -> Result<SnapshotRecord, StoreError> {
    let row = Reader::new(WHAT, row);
    let time = |column| {
        let at: Option<i64> = row.get(column)?;
        Ok::<_, StoreError>(at.map(Timestamp))
    };
    let success = match time("made")? {
        Some(made) => Some(SnapshotSuccess {
            made,
            kept: row.number("kept")?,
            places: row.number("places")?,
            missed: row.get("missed")?,
        }),
        None => None,
    };
    let why: Option<String> = row.get("failure")?;
    let failure = time("failed")?.zip(why);
    Ok(SnapshotRecord {
        settings: row.json("settings")?,
        success,
        failure: failure.map(|(at, why)| SnapshotFailure { at, why }),
        alert: SnapshotAlert {
            since: time("alerted")?,
            mailed: time("mailed")?,
        },
    })
}

impl Store {
    /// Runs a statement about one appspace, which must be there.
    async fn record(&self, action: &'static str, query: Query<'_>) -> Result<(), StoreError> {
        let mut db = self.writer(action).await?;
        let done = self.count.run(&mut db, action, query).await;
        done.map_err(|failure| failure.or_missing(|| "such appspace".into()))?;
        Ok(())
    }
}

#[async_trait]
impl SnapshotStore for Store {
    async fn snapshot_record(&self, appspace: AppspaceId) -> Result<SnapshotRecord, StoreError> {
        const ACTION: &str = "read what is known of an appspace's snapshots";
        let query = sqlx::query("SELECT * FROM snapshots WHERE appspace = $1");
        let query = query.bind(appspace.to_string());
        let mut db = self.reader(ACTION).await?;
        let row = self.count.one(&mut db, ACTION, query).await?;
        row.as_ref()
            .map_or_else(|| Ok(SnapshotRecord::default()), read)
    }

    async fn snapshot_records(
        &self,
        owner: AccountId,
    ) -> Result<Vec<(AppspaceId, SnapshotRecord)>, StoreError> {
        const ACTION: &str = "read what is known of an account's snapshots";
        let query = sqlx::query(
            "SELECT s.* FROM snapshots s JOIN appspaces a ON a.id = s.appspace
             WHERE a.owner = $1 AND a.trashed IS NULL ORDER BY s.appspace",
        )
        .bind(owner.to_string());
        let mut db = self.reader(ACTION).await?;
        let rows = self.count.all(&mut db, ACTION, query).await?;
        let each = rows
            .iter()
            .map(|row| Ok((Reader::new(WHAT, row).parse("appspace")?, read(row)?)));
        each.collect()
    }

    async fn set_snapshots(
        &self,
        appspace: AppspaceId,
        settings: &SnapshotSettings,
    ) -> Result<(), StoreError> {
        let query = sqlx::query(
            "INSERT INTO snapshots (appspace, settings) VALUES ($1, $2)
             ON CONFLICT (appspace) DO UPDATE SET settings = excluded.settings",
        )
        .bind(appspace.to_string())
        .bind(to_json("settings of snapshots", settings)?);
        self.record("set how often snapshots are taken", query)
            .await
    }

    async fn snapshot_taken(
        &self,
        appspace: AppspaceId,
        success: &SnapshotSuccess,
    ) -> Result<(), StoreError> {
        let query = sqlx::query(
            "INSERT INTO snapshots (appspace, made, kept, places, missed) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (appspace) DO UPDATE SET made = excluded.made, kept = excluded.kept,
                 places = excluded.places, missed = excluded.missed, failed = NULL, failure = NULL",
        )
        .bind(appspace.to_string())
        .bind(success.made.0)
        .bind(i64::from(success.kept))
        .bind(i64::from(success.places))
        .bind(success.missed.as_deref().map(bounded));
        self.record("record a snapshot", query).await
    }

    async fn snapshot_failed(
        &self,
        appspace: AppspaceId,
        failure: &SnapshotFailure,
    ) -> Result<(), StoreError> {
        let query = sqlx::query(
            "INSERT INTO snapshots (appspace, failed, failure) VALUES ($1, $2, $3)
             ON CONFLICT (appspace) DO UPDATE SET failed = excluded.failed,
                 failure = excluded.failure",
        )
        .bind(appspace.to_string())
        .bind(failure.at.0)
        .bind(bounded(&failure.why));
        self.record("record why there is no snapshot", query).await
    }

    async fn set_snapshot_alert(
        &self,
        appspace: AppspaceId,
        alert: SnapshotAlert,
    ) -> Result<(), StoreError> {
        let query = sqlx::query(
            "INSERT INTO snapshots (appspace, alerted, mailed) VALUES ($1, $2, $3)
             ON CONFLICT (appspace) DO UPDATE SET alerted = excluded.alerted,
                 mailed = excluded.mailed",
        )
        .bind(appspace.to_string())
        .bind(alert.since.map(|at| at.0))
        .bind(alert.mailed.map(|at| at.0));
        self.record("record what an owner knows of snapshots", query)
            .await
    }
}
