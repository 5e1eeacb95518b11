//! Who did what.

use async_trait::async_trait;
use ds_auth::people::{AuditEntry, AuditLog, AuditRow};
use ds_core::{StoreError, Timestamp};
use sqlx::sqlite::SqliteRow;

use super::Store;
use crate::row::{Reader, to_json};

fn read(row: &SqliteRow) -> Result<AuditRow, StoreError> {
    let row = Reader::new("record of what was done", row);
    Ok(AuditRow {
        place: row.get("position")?,
        entry: AuditEntry {
            at: row.time("done_at")?,
            by: row.parse_option("account")?,
            who: row.get("who")?,
            action: row.json("action")?,
            about: row.get("about")?,
        },
    })
}

#[async_trait]
impl AuditLog for Store {
    async fn record(&self, entry: &AuditEntry) -> Result<(), StoreError> {
        let query = sqlx::query(
            "INSERT INTO audit_log (position, done_at, account, who, action, about)
             SELECT COALESCE(MAX(position), 0) + 1, $1, $2, $3, $4, $5 FROM audit_log",
        )
        .bind(entry.at.0)
        .bind(entry.by.map(|id| id.to_string()))
        .bind(&entry.who)
        .bind(to_json("action", &entry.action)?)
        .bind(&entry.about);
        self.change_of_person("record what was done", query).await?;
        Ok(())
    }

    async fn entries(&self, before: Option<i64>, most: u32) -> Result<Vec<AuditRow>, StoreError> {
        const ACTION: &str = "list what was done";
        let query = sqlx::query(
            "SELECT position, done_at, account, who, action, about FROM audit_log
             WHERE position < $1 ORDER BY position DESC LIMIT $2",
        )
        .bind(before.unwrap_or(i64::MAX))
        .bind(i64::from(most));
        let mut db = self.reader(ACTION).await?;
        let rows = self.count.all(&mut db, ACTION, query).await?;
        rows.iter().map(read).collect()
    }

    async fn trim_audit(&self, before: Timestamp, most: u32) -> Result<(), StoreError> {
        // Places have no gaps but at the old end.
        let query = sqlx::query(
            "DELETE FROM audit_log WHERE done_at < $1
             OR position <= (SELECT MAX(position) FROM audit_log) - $2",
        )
        .bind(before.0)
        .bind(i64::from(most));
        self.change_of_person("forget what was done long ago", query)
            .await?;
        Ok(())
    }
}
