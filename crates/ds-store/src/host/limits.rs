//! Bounds of single appspaces.

use async_trait::async_trait;
use ds_core::{
    AppspaceId, StoreError,
    limits::{LimitOverrides, LimitStore},
};

use super::Store;
use crate::row::{Reader, to_json};

#[async_trait]
impl LimitStore for Store {
    async fn limits(&self, appspace: AppspaceId) -> Result<LimitOverrides, StoreError> {
        const ACTION: &str = "read the limits of an appspace";
        let query =
            sqlx::query("SELECT limits FROM limits WHERE appspace = $1").bind(appspace.to_string());
        let mut db = self.reader(ACTION).await?;
        match self.count.one(&mut db, ACTION, query).await? {
            Some(row) => Reader::new("limits", &row).json("limits"),
            None => Ok(LimitOverrides::default()),
        }
    }

    async fn set_limits(
        &self,
        appspace: AppspaceId,
        limits: &LimitOverrides,
    ) -> Result<(), StoreError> {
        const ACTION: &str = "set the limits of an appspace";
        let query = sqlx::query(
            "INSERT INTO limits (appspace, limits) VALUES ($1, $2)
             ON CONFLICT (appspace) DO UPDATE SET limits = excluded.limits",
        )
        .bind(appspace.to_string())
        .bind(to_json("limits", limits)?);
        let mut db = self.writer(ACTION).await?;
        let set = self.count.run(&mut db, ACTION, query).await;
        set.map_err(|failure| failure.or_missing(|| "such appspace".into()))?;
        Ok(())
    }
}
