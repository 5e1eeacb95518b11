//! How appspaces get newer versions of their app.

use async_trait::async_trait;
use ds_core::{
    AppspaceId, StoreError,
    upgrades::{HeldBack, UpgradeChoice, UpgradeStore},
};

use super::Store;
use crate::row::{Reader, to_json};

const WHAT: &str = "choice of upgrades";

#[async_trait]
impl UpgradeStore for Store {
    async fn upgrade_choice(&self, id: AppspaceId) -> Result<UpgradeChoice, StoreError> {
        const ACTION: &str = "read how an appspace is upgraded";
        let query = sqlx::query("SELECT automatic, held_back FROM upgrades WHERE appspace = $1")
            .bind(id.to_string());
        let mut db = self.reader(ACTION).await?;
        let Some(row) = self.count.one(&mut db, ACTION, query).await? else {
            return Ok(UpgradeChoice::default());
        };
        let row = Reader::new(WHAT, &row);
        let is_held: Option<&str> = row.get("held_back")?;
        Ok(UpgradeChoice {
            automatic: row.get("automatic")?,
            held_back: is_held.map(|_| row.json("held_back")).transpose()?,
        })
    }

    async fn set_automatic(&self, id: AppspaceId, automatic: bool) -> Result<(), StoreError> {
        const ACTION: &str = "choose how an appspace is upgraded";
        let query = sqlx::query(
            "INSERT INTO upgrades (appspace, automatic, held_back) VALUES ($1, $2, NULL)
             ON CONFLICT (appspace) DO UPDATE SET automatic = excluded.automatic, held_back = NULL",
        )
        .bind(id.to_string())
        .bind(automatic);
        let mut db = self.writer(ACTION).await?;
        let set = self.count.run(&mut db, ACTION, query).await;
        set.map_err(|failure| failure.or_missing(|| "such appspace".into()))?;
        Ok(())
    }

    async fn hold_back(&self, id: AppspaceId, held: &HeldBack) -> Result<(), StoreError> {
        const ACTION: &str = "hold a version back from an appspace";
        let query = sqlx::query(
            "INSERT INTO upgrades (appspace, automatic, held_back) VALUES ($1, $2, $3)
             ON CONFLICT (appspace) DO UPDATE SET held_back = excluded.held_back",
        )
        .bind(id.to_string())
        .bind(false)
        .bind(to_json(WHAT, held)?);
        let mut db = self.writer(ACTION).await?;
        let set = self.count.run(&mut db, ACTION, query).await;
        set.map_err(|failure| failure.or_missing(|| "such appspace".into()))?;
        Ok(())
    }

    async fn automatic_upgrades(&self) -> Result<Vec<AppspaceId>, StoreError> {
        const ACTION: &str = "list the appspaces that are upgraded by themselves";
        let query = sqlx::query("SELECT appspace FROM upgrades WHERE automatic ORDER BY appspace");
        let mut db = self.reader(ACTION).await?;
        let rows = self.count.all(&mut db, ACTION, query).await?;
        rows.iter()
            .map(|row| Reader::new(WHAT, row).parse("appspace"))
            .collect()
    }
}
