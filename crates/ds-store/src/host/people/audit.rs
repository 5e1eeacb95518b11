//! Who did what.

use async_trait::async_trait;
use ds_auth::people::{AuditBounds, AuditClass, AuditEntry, AuditFilter, AuditLog, AuditRow};
use ds_core::StoreError;
use sqlx::sqlite::SqliteRow;

use super::Store;
use crate::{
    query::within,
    row::{Reader, to_json},
};

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
            "INSERT INTO audit_log (position, done_at, account, who, action, about, class, share)
             SELECT COALESCE(MAX(position), 0) + 1, $1, $2, $3, $4, $5, $6, $7 FROM audit_log",
        )
        .bind(entry.at.0)
        .bind(entry.by.map(|id| id.to_string()))
        .bind(&entry.who)
        .bind(to_json("action", &entry.action)?)
        .bind(&entry.about)
        .bind(entry.class().number())
        .bind(entry.share());
        self.change_of_person("record what was done", query).await?;
        Ok(())
    }

    async fn entries_of(
        &self,
        which: &AuditFilter,
        before: Option<i64>,
        most: u32,
    ) -> Result<Vec<AuditRow>, StoreError> {
        const ACTION: &str = "list what was done";
        let json = which.actions.iter().map(|one| to_json("action", one));
        // As they are stored, in quotes, so that none is found in another.
        let actions = json.collect::<Result<String, _>>()?;
        let query = sqlx::query(
            "SELECT position, done_at, account, who, action, about FROM audit_log
             WHERE position < $1 AND ($3 = '' OR INSTR($3, action) > 0)
             AND (who REGEXP $4 OR about REGEXP $4)
             ORDER BY position DESC LIMIT $2",
        )
        .bind(before.unwrap_or(i64::MAX))
        .bind(i64::from(most))
        .bind(actions)
        .bind(within(&which.find));
        let mut db = self.reader(ACTION).await?;
        let rows = self.count.all(&mut db, ACTION, query).await?;
        rows.iter().map(read).collect()
    }

    async fn trim_audit(&self, class: AuditClass, to: &AuditBounds) -> Result<(), StoreError> {
        let query = sqlx::query(
            "DELETE FROM audit_log WHERE class = $1 AND (done_at < $2 OR position IN (
                 SELECT position FROM (
                     SELECT position, of_one,
                     ROW_NUMBER() OVER (ORDER BY of_one, position DESC) AS of_all
                     FROM (
                         SELECT position,
                         ROW_NUMBER() OVER (PARTITION BY share ORDER BY position DESC) AS of_one
                         FROM audit_log WHERE class = $1
                     ) AS shared
                 ) AS ranked WHERE of_one > $3 OR of_all > $4))",
        )
        .bind(class.number())
        .bind(to.before.0)
        .bind(i64::from(to.most_each))
        .bind(i64::from(to.most));
        self.change_of_person("forget what was done long ago", query)
            .await?;
        Ok(())
    }
}
