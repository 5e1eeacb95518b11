//! Appspaces.

use async_trait::async_trait;
use ds_core::{
    AccountId, Address, Appspace, AppspaceId, AppspaceStore, JobId, StoreError, VersionId,
};
use sqlx::sqlite::SqliteRow;

use super::Store;
use crate::{
    query::{Failure, Query},
    row::Reader,
};

fn read(row: &SqliteRow) -> Result<Appspace, StoreError> {
    let row = Reader::new("appspace", row);
    Ok(Appspace {
        id: row.parse("id")?,
        owner: row.parse("owner")?,
        address: row.parse("address")?,
        app: row.parse("app")?,
        version_id: row.parse("version")?,
        version: row.parse("number")?,
        paused: row.get("paused")?,
        created: row.time("created")?,
    })
}

/// Appspaces, with what is known of their version, where a condition holds.
macro_rules! select {
    ($condition:literal) => {
        concat!(
            "SELECT a.id, a.owner, a.address, v.app, a.version, v.number, a.paused, a.created
             FROM appspaces a JOIN versions v ON v.id = a.version
             WHERE a.trashed IS NULL AND ",
            $condition
        )
    };
}

const ADD: &str = "add an appspace";

fn insert(appspace: &Appspace) -> Query<'_> {
    sqlx::query(
        "INSERT INTO appspaces (id, owner, address, version, paused, created)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(appspace.id.to_string())
    .bind(appspace.owner.to_string())
    .bind(appspace.address.as_str())
    .bind(appspace.version_id.to_string())
    .bind(appspace.paused)
    .bind(appspace.created.0)
}

fn not_added(failure: Failure, appspace: &Appspace) -> StoreError {
    if failure.is_unique_violation() {
        failure.or_taken(|| format!("the address {}", appspace.address))
    } else {
        failure.or_missing(|| "such account or app version for the appspace".into())
    }
}

#[async_trait]
impl AppspaceStore for Store {
    async fn at(&self, address: &Address) -> Result<Option<Appspace>, StoreError> {
        const ACTION: &str = "find the appspace at an address";
        let query = sqlx::query(select!("a.address = $1")).bind(address.as_str());
        let mut db = self.reader(ACTION).await?;
        let row = self.count.one(&mut db, ACTION, query).await?;
        row.as_ref().map(read).transpose()
    }

    async fn appspace(&self, id: AppspaceId) -> Result<Option<Appspace>, StoreError> {
        const ACTION: &str = "find an appspace";
        let query = sqlx::query(select!("a.id = $1")).bind(id.to_string());
        let mut db = self.reader(ACTION).await?;
        let row = self.count.one(&mut db, ACTION, query).await?;
        row.as_ref().map(read).transpose()
    }

    async fn appspaces_of(&self, owner: AccountId) -> Result<Vec<Appspace>, StoreError> {
        const ACTION: &str = "list appspaces";
        let query = sqlx::query(select!("a.owner = $1")).bind(owner.to_string());
        let mut db = self.reader(ACTION).await?;
        let rows = self.count.all(&mut db, ACTION, query).await?;
        let mut spaces: Vec<Appspace> = rows.iter().map(read).collect::<Result<_, _>>()?;
        spaces.sort_by(|a, b| a.address.cmp(&b.address));
        Ok(spaces)
    }

    async fn add(&self, appspace: &Appspace) -> Result<(), StoreError> {
        let mut db = self.writer(ADD).await?;
        let mut all = self.count.begin(&mut db, ADD).await?;
        self.check_not_kept(&mut all, &appspace.address, ADD)
            .await?;
        let added = self.count.run(&mut all, ADD, insert(appspace)).await;
        added.map_err(|failure| not_added(failure, appspace))?;
        self.count.commit(all, ADD).await?;
        Ok(())
    }

    async fn add_by(
        &self,
        appspace: &Appspace,
        job: JobId,
        like: Option<AppspaceId>,
    ) -> Result<(), StoreError> {
        let mut db = self.writer(ADD).await?;
        let mut all = self.count.begin(&mut db, ADD).await?;
        self.check_not_kept(&mut all, &appspace.address, ADD)
            .await?;
        let added = self.count.run(&mut all, ADD, insert(appspace)).await;
        added.map_err(|failure| not_added(failure, appspace))?;
        if let Some(like) = like {
            let bars = super::bars::copied(like, appspace.id);
            self.count.run(&mut all, ADD, bars).await?;
        }
        self.commit_job(all, job, ADD).await
    }

    async fn change_version(
        &self,
        id: AppspaceId,
        version: VersionId,
        job: JobId,
    ) -> Result<(), StoreError> {
        const ACTION: &str = "change the version of an appspace";
        let mut db = self.writer(ACTION).await?;
        let mut all = self.count.begin(&mut db, ACTION).await?;
        let query =
            sqlx::query("UPDATE appspaces SET version = $1 WHERE id = $2 AND trashed IS NULL")
                .bind(version.to_string())
                .bind(id.to_string());
        let changed = self.count.run(&mut all, ACTION, query).await;
        match changed.map_err(|failure| failure.or_missing(|| "such app version".into()))? {
            0 => Err(StoreError::Missing {
                what: "such appspace".into(),
            }),
            _ => self.commit_job(all, job, ACTION).await,
        }
    }

    async fn remove(&self, id: AppspaceId) -> Result<(), StoreError> {
        const ACTION: &str = "remove an appspace";
        let query = sqlx::query("DELETE FROM appspaces WHERE id = $1 AND trashed IS NULL")
            .bind(id.to_string());
        let mut db = self.writer(ACTION).await?;
        self.count.run(&mut db, ACTION, query).await?;
        Ok(())
    }

    async fn set_paused(&self, id: AppspaceId, paused: bool) -> Result<(), StoreError> {
        const ACTION: &str = "pause or resume an appspace";
        let query =
            sqlx::query("UPDATE appspaces SET paused = $1 WHERE id = $2 AND trashed IS NULL")
                .bind(paused)
                .bind(id.to_string());
        let mut db = self.writer(ACTION).await?;
        match self.count.run(&mut db, ACTION, query).await? {
            0 => Err(StoreError::Missing {
                what: "such appspace".into(),
            }),
            _ => Ok(()),
        }
    }
}
