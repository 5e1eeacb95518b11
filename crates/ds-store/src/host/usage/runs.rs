//! The last runs of sandboxes.

use ds_core::{
    AppspaceId, StoreError,
    usage::{RUNS_KEPT, RunRecord},
};
use sqlx::{SqliteConnection, sqlite::SqliteRow};

use super::{ADD, bind, read, whole};
use crate::{Store, query::Failure, row::Reader};

fn read_run(row: &SqliteRow) -> Result<RunRecord, StoreError> {
    let usage = read(row)?;
    let row = Reader::new("run", row);
    Ok(RunRecord {
        sandbox: row.parse("sandbox")?,
        appspace: row.parse("appspace")?,
        started: row.time("started")?,
        ended: row.time("ended")?,
        usage,
        death: row.get("death")?,
    })
}

impl Store {
    pub(super) async fn add_run(
        &self,
        on: &mut SqliteConnection,
        run: &RunRecord,
    ) -> Result<(), Failure> {
        let query = sqlx::query(
            "INSERT INTO runs (sandbox, appspace, started, ended, cpu_us, memory_mib_s, bytes_in,
                               bytes_out, requests, wakes, disk_bytes, death)
             SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12
             WHERE EXISTS (SELECT 1 FROM appspaces WHERE id = $2)
             ON CONFLICT (sandbox) DO NOTHING",
        )
        .bind(run.sandbox.to_string())
        .bind(run.appspace.to_string())
        .bind(run.started.0)
        .bind(run.ended.0);
        let query = bind(query, &run.usage).bind(&run.death);
        self.count.run(on, ADD, query).await?;
        Ok(())
    }

    /// Only the newest runs of an appspace stay.
    pub(super) async fn forget_runs(
        &self,
        on: &mut SqliteConnection,
        appspace: AppspaceId,
    ) -> Result<(), Failure> {
        let query = sqlx::query(
            "DELETE FROM runs WHERE appspace = $1 AND sandbox NOT IN
             (SELECT sandbox FROM runs WHERE appspace = $1 ORDER BY ended DESC, sandbox DESC LIMIT $2)",
        )
        .bind(appspace.to_string())
        .bind(whole(RUNS_KEPT as u128));
        self.count.run(on, ADD, query).await?;
        Ok(())
    }

    /// The last runs of an appspace, newest first.
    pub(super) async fn last_runs(
        &self,
        appspace: AppspaceId,
        most: usize,
    ) -> Result<Vec<RunRecord>, StoreError> {
        const ACTION: &str = "read the last runs of an appspace";
        let query = sqlx::query(
            "SELECT * FROM runs WHERE appspace = $1 ORDER BY ended DESC, sandbox DESC LIMIT $2",
        )
        .bind(appspace.to_string())
        .bind(whole(most as u128));
        let mut db = self.reader(ACTION).await?;
        let rows = self.count.all(&mut db, ACTION, query).await?;
        rows.iter().map(read_run).collect()
    }
}
