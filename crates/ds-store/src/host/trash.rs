//! Deleted appspaces. Their rows stay, so that what belongs to them stays, without their address.

use async_trait::async_trait;
use ds_core::{
    AccountId, Address, Appspace, AppspaceId, JobId, StoreError, Timestamp, TrashStore, Trashed,
};
use sqlx::{Sqlite, Transaction, sqlite::SqliteRow};

use super::Store;
use crate::row::Reader;

fn read(row: &SqliteRow) -> Result<Trashed, StoreError> {
    let row = Reader::new("deleted appspace", row);
    let appspace = Appspace {
        id: row.parse("id")?,
        owner: row.parse("owner")?,
        address: row.parse("trashed_address")?,
        app: row.parse("app")?,
        version_id: row.parse("version")?,
        version: row.parse("number")?,
        paused: row.get("paused")?,
        created: row.time("created")?,
    };
    let deleted = row.time("trashed")?;
    Ok(Trashed { appspace, deleted })
}

/// Deleted appspaces, with what is known of their version, where a condition holds.
macro_rules! select {
    ($condition:literal) => {
        concat!(
            "SELECT a.id, a.owner, a.trashed_address, a.trashed, v.app, a.version, v.number, a.paused,
                    a.created
             FROM appspaces a JOIN versions v ON v.id = a.version
             WHERE a.trashed IS NOT NULL AND ",
            $condition
        )
    };
}

fn missing(what: &str) -> StoreError {
    StoreError::Missing { what: what.into() }
}

impl Store {
    /// Moves an appspace to the trash, ends its sessions and frees its address.
    pub(super) async fn put_into_trash(
        &self,
        all: &mut Transaction<'_, Sqlite>,
        id: AppspaceId,
        at: Timestamp,
        action: &'static str,
    ) -> Result<(), StoreError> {
        let query = sqlx::query(
            "UPDATE appspaces SET trashed = $1, trashed_address = address, address = $2
             WHERE id = $3 AND trashed IS NULL",
        )
        .bind(at.0)
        .bind(format!("trash:{id}"))
        .bind(id.to_string());
        if self.count.run(all, action, query).await? == 0 {
            return Err(missing("such appspace"));
        }
        let sessions = sqlx::query("DELETE FROM sessions WHERE appspace = $1").bind(id.to_string());
        self.count.run(all, action, sessions).await?;
        Ok(())
    }
}

#[async_trait]
impl TrashStore for Store {
    async fn trash(&self, id: AppspaceId, at: Timestamp, job: JobId) -> Result<(), StoreError> {
        const ACTION: &str = "move an appspace to the trash";
        let mut db = self.writer(ACTION).await?;
        let mut all = self.count.begin(&mut db, ACTION).await?;
        self.put_into_trash(&mut all, id, at, ACTION).await?;
        self.commit_job(all, job, ACTION).await
    }

    async fn take_out(
        &self,
        id: AppspaceId,
        address: &Address,
        job: JobId,
    ) -> Result<(), StoreError> {
        const ACTION: &str = "take an appspace out of the trash";
        let mut db = self.writer(ACTION).await?;
        let mut all = self.count.begin(&mut db, ACTION).await?;
        self.check_not_kept(&mut all, address, ACTION).await?;
        let query = sqlx::query(
            "UPDATE appspaces SET trashed = NULL, trashed_address = NULL, address = $1
             WHERE id = $2 AND trashed IS NOT NULL",
        )
        .bind(address.as_str())
        .bind(id.to_string());
        let taken = self.count.run(&mut all, ACTION, query).await;
        match taken.map_err(|failure| failure.or_taken(|| format!("the address {address}")))? {
            0 => Err(missing("such appspace in the trash")),
            _ => self.commit_job(all, job, ACTION).await,
        }
    }

    async fn trashed(&self, id: AppspaceId) -> Result<Option<Trashed>, StoreError> {
        const ACTION: &str = "find a deleted appspace";
        let query = sqlx::query(select!("a.id = $1")).bind(id.to_string());
        let mut db = self.reader(ACTION).await?;
        let row = self.count.one(&mut db, ACTION, query).await?;
        row.as_ref().map(read).transpose()
    }

    async fn trash_of(&self, owner: AccountId) -> Result<Vec<Trashed>, StoreError> {
        const ACTION: &str = "list deleted appspaces";
        let query = sqlx::query(select!("a.owner = $1 ORDER BY a.trashed DESC, a.id DESC"))
            .bind(owner.to_string());
        let mut db = self.reader(ACTION).await?;
        let rows = self.count.all(&mut db, ACTION, query).await?;
        rows.iter().map(read).collect()
    }

    async fn trashed_before(&self, then: Timestamp) -> Result<Vec<Trashed>, StoreError> {
        const ACTION: &str = "list old deleted appspaces";
        let query = sqlx::query(select!("a.trashed < $1 ORDER BY a.trashed, a.id")).bind(then.0);
        let mut db = self.reader(ACTION).await?;
        let rows = self.count.all(&mut db, ACTION, query).await?;
        rows.iter().map(read).collect()
    }

    async fn forget_trashed(&self, id: AppspaceId) -> Result<(), StoreError> {
        const ACTION: &str = "forget a deleted appspace";
        let query = sqlx::query("DELETE FROM appspaces WHERE id = $1 AND trashed IS NOT NULL")
            .bind(id.to_string());
        let mut db = self.writer(ACTION).await?;
        self.count.run(&mut db, ACTION, query).await?;
        Ok(())
    }
}
