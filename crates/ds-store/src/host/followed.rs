//! Where DropIDs of this host are followed.

use async_trait::async_trait;
use ds_auth::dropid::FollowedStore;
use ds_core::{AppspaceId, StoreError};

use super::Store;
use crate::{query::Query, row::Reader};

impl Store {
    async fn forget(&self, action: &'static str, query: Query<'_>) -> Result<(), StoreError> {
        let mut db = self.writer(action).await?;
        self.count.run(&mut db, action, query).await?;
        Ok(())
    }
}

#[async_trait]
impl FollowedStore for Store {
    async fn followed_at(&self, who: &str) -> Result<Vec<AppspaceId>, StoreError> {
        const ACTION: &str = "find where a DropID is followed";
        let query =
            sqlx::query("SELECT appspace FROM followed_dropids WHERE who = $1 ORDER BY appspace")
                .bind(who);
        let mut db = self.reader(ACTION).await?;
        let rows = self.count.all(&mut db, ACTION, query).await?;
        let read = |row| Reader::new("place where a DropID is followed", row).parse("appspace");
        rows.iter().map(read).collect()
    }

    async fn add_followed(&self, appspace: AppspaceId, who: &str) -> Result<(), StoreError> {
        const ACTION: &str = "record where a DropID is followed";
        let query = sqlx::query(
            "INSERT INTO followed_dropids (who, appspace) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        )
        .bind(who)
        .bind(appspace.to_string());
        let mut db = self.writer(ACTION).await?;
        let added = self.count.run(&mut db, ACTION, query).await;
        added.map_err(|failure| failure.or_missing(|| "such appspace".into()))?;
        Ok(())
    }

    async fn remove_followed(&self, appspace: AppspaceId, who: &str) -> Result<(), StoreError> {
        let query = sqlx::query("DELETE FROM followed_dropids WHERE who = $1 AND appspace = $2")
            .bind(who)
            .bind(appspace.to_string());
        self.forget("forget where a DropID was followed", query)
            .await
    }

    async fn forget_followed(&self, who: &str) -> Result<(), StoreError> {
        let query = sqlx::query("DELETE FROM followed_dropids WHERE who = $1").bind(who);
        self.forget("forget who followed a DropID", query).await
    }
}
