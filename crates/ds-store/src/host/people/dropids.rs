//! DropIDs.

use std::collections::BTreeSet;

use async_trait::async_trait;
use ds_auth::dropid::{DropId, DropIdLook, DropIdRecord, DropIdStore};
use ds_core::{AccountId, StoreError};
use sqlx::sqlite::SqliteRow;

use super::{Store, missing};
use crate::row::Reader;

fn read(row: &SqliteRow) -> Result<DropIdRecord, StoreError> {
    let row = Reader::new("DropID", row);
    Ok(DropIdRecord {
        id: row.parse("id")?,
        account: row.parse("account")?,
        display_name: row.get("display_name")?,
        avatar: row.get("avatar")?,
        is_public: row.get("is_public")?,
        created: row.time("created")?,
    })
}

#[async_trait]
impl DropIdStore for Store {
    async fn dropids_of(&self, account: AccountId) -> Result<Vec<DropIdRecord>, StoreError> {
        const ACTION: &str = "list DropIDs";
        let query = sqlx::query(
            "SELECT id, account, display_name, avatar, is_public, created FROM dropids
             WHERE account = $1 ORDER BY created, id",
        )
        .bind(account.to_string());
        let mut db = self.reader(ACTION).await?;
        let rows = self.count.all(&mut db, ACTION, query).await?;
        rows.iter().map(read).collect()
    }

    async fn dropid(&self, id: &DropId) -> Result<Option<DropIdRecord>, StoreError> {
        const ACTION: &str = "find a DropID";
        let query = sqlx::query(
            "SELECT id, account, display_name, avatar, is_public, created FROM dropids
             WHERE id = $1 AND account IS NOT NULL",
        )
        .bind(id.to_string());
        let mut db = self.reader(ACTION).await?;
        let row = self.count.one(&mut db, ACTION, query).await?;
        row.as_ref().map(read).transpose()
    }

    async fn add_dropid(&self, record: &DropIdRecord) -> Result<(), StoreError> {
        const ACTION: &str = "add a DropID";
        let query = sqlx::query(
            "INSERT INTO dropids (id, account, display_name, avatar, is_public, created)
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(record.id.to_string())
        .bind(record.account.to_string())
        .bind(&record.display_name)
        .bind(&record.avatar)
        .bind(record.is_public)
        .bind(record.created.0);
        let mut db = self.writer(ACTION).await?;
        let added = self.count.run(&mut db, ACTION, query).await;
        added.map_err(|failure| {
            if failure.is_unique_violation() {
                failure.or_taken(|| format!("the DropID {}", record.id))
            } else {
                failure.or_missing(|| "such account".into())
            }
        })?;
        Ok(())
    }

    async fn change_dropid(
        &self,
        account: AccountId,
        id: &DropId,
        look: &DropIdLook,
    ) -> Result<(), StoreError> {
        let query = sqlx::query(
            "UPDATE dropids SET display_name = $1, avatar = $2, is_public = $3
             WHERE id = $4 AND account = $5",
        )
        .bind(&look.display_name)
        .bind(&look.avatar)
        .bind(look.is_public)
        .bind(id.to_string())
        .bind(account.to_string());
        match self.change_of_person("change a DropID", query).await? {
            0 => Err(missing("such DropID")),
            _ => Ok(()),
        }
    }

    async fn pictures_in_use(&self) -> Result<BTreeSet<String>, StoreError> {
        const ACTION: &str = "list pictures of people";
        let query = sqlx::query(
            "SELECT avatar AS picture FROM dropids WHERE account IS NOT NULL AND avatar <> ''
             UNION SELECT picture FROM contacts WHERE picture <> ''",
        );
        let mut db = self.reader(ACTION).await?;
        let rows = self.count.all(&mut db, ACTION, query).await?;
        let name = |row| Reader::new("picture", row).get("picture");
        rows.iter().map(name).collect()
    }
}
