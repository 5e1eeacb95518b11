//! What members took over from their own hosts.

use async_trait::async_trait;
use ds_auth::dropid::{TakenLook, TakenLookStore};
use ds_core::{AppspaceId, ProxyId, StoreError};
use sqlx::sqlite::SqliteRow;

use super::Store;
use crate::row::Reader;

fn look(row: &SqliteRow) -> Result<TakenLook, StoreError> {
    let row = Reader::new("name and picture that were taken over", row);
    Ok(TakenLook {
        appspace: row.parse("appspace")?,
        member: row.parse("member")?,
        who: row.get("who")?,
        name: row.get("name")?,
        photo: row.get("photo")?,
        avatar: row.get("avatar")?,
    })
}

#[async_trait]
impl TakenLookStore for Store {
    async fn taken_look(
        &self,
        appspace: AppspaceId,
        member: &ProxyId,
    ) -> Result<Option<TakenLook>, StoreError> {
        const ACTION: &str = "find what a member took over";
        let query = sqlx::query(
            "SELECT appspace, member, who, name, photo, avatar FROM taken_looks
             WHERE appspace = $1 AND member = $2",
        )
        .bind(appspace.to_string())
        .bind(member.as_str());
        let mut db = self.reader(ACTION).await?;
        let row = self.count.one(&mut db, ACTION, query).await?;
        row.as_ref().map(look).transpose()
    }

    async fn looks_taken_from(&self, who: &str) -> Result<Vec<TakenLook>, StoreError> {
        const ACTION: &str = "find who took over a name and picture";
        let query = sqlx::query(
            "SELECT appspace, member, who, name, photo, avatar FROM taken_looks
             WHERE who = $1 ORDER BY appspace, member",
        )
        .bind(who);
        let mut db = self.reader(ACTION).await?;
        let rows = self.count.all(&mut db, ACTION, query).await?;
        rows.iter().map(look).collect()
    }

    async fn put_taken_look(&self, look: &TakenLook) -> Result<(), StoreError> {
        const ACTION: &str = "record what a member took over";
        let query = sqlx::query(
            "INSERT INTO taken_looks (appspace, member, who, name, photo, avatar)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (appspace, member) DO UPDATE SET who = excluded.who,
             name = excluded.name, photo = excluded.photo, avatar = excluded.avatar",
        )
        .bind(look.appspace.to_string())
        .bind(look.member.as_str())
        .bind(&look.who)
        .bind(&look.name)
        .bind(&look.photo)
        .bind(&look.avatar);
        let mut db = self.writer(ACTION).await?;
        let put = self.count.run(&mut db, ACTION, query).await;
        put.map_err(|failure| failure.or_missing(|| "such appspace".into()))?;
        Ok(())
    }

    async fn remove_taken_look(
        &self,
        appspace: AppspaceId,
        member: &ProxyId,
    ) -> Result<(), StoreError> {
        const ACTION: &str = "forget what a member took over";
        let query = sqlx::query("DELETE FROM taken_looks WHERE appspace = $1 AND member = $2")
            .bind(appspace.to_string())
            .bind(member.as_str());
        let mut db = self.writer(ACTION).await?;
        self.count.run(&mut db, ACTION, query).await?;
        Ok(())
    }
}
