//! What members took over from their own hosts.

use async_trait::async_trait;
use ds_core::{AppspaceId, Member, MemberLooks, ProxyId, StoreError, TakenLook};

use super::AppspaceDbs;
use crate::row::Reader;

#[async_trait]
impl MemberLooks for AppspaceDbs {
    async fn taken_look(
        &self,
        appspace: AppspaceId,
        id: &ProxyId,
    ) -> Result<Option<TakenLook>, StoreError> {
        const ACTION: &str = "find what a member took over";
        let query =
            sqlx::query("SELECT who, name, photo, avatar FROM taken_looks WHERE proxy_id = $1")
                .bind(id.as_str());
        let mut db = self.db(appspace, ACTION).await?;
        let Some(row) = self.count.one(&mut db, ACTION, query).await? else {
            return Ok(None);
        };
        let row = Reader::new("name and picture that were taken over", &row);
        Ok(Some(TakenLook {
            who: row.get("who")?,
            name: row.get("name")?,
            photo: row.get("photo")?,
            avatar: row.get("avatar")?,
        }))
    }

    async fn wear(
        &self,
        appspace: AppspaceId,
        before: &Member,
        after: &Member,
        taken: &TakenLook,
    ) -> Result<bool, StoreError> {
        const ACTION: &str = "show a member as their own host does";
        let show = sqlx::query(
            "UPDATE members SET display_name = $1, avatar = $2
             WHERE proxy_id = $3 AND display_name = $4 AND avatar = $5",
        )
        .bind(&after.display_name)
        .bind(&after.avatar)
        .bind(before.proxy_id.as_str())
        .bind(&before.display_name)
        .bind(&before.avatar);
        let record = sqlx::query(
            "INSERT INTO taken_looks (proxy_id, who, name, photo, avatar) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (proxy_id) DO UPDATE SET who = excluded.who, name = excluded.name,
             photo = excluded.photo, avatar = excluded.avatar",
        )
        .bind(before.proxy_id.as_str())
        .bind(&taken.who)
        .bind(&taken.name)
        .bind(&taken.photo)
        .bind(&taken.avatar);
        let mut db = self.db(appspace, ACTION).await?;
        let mut all = self.count.begin(&mut db, ACTION).await?;
        let is_so = self.count.run(&mut all, ACTION, show).await? > 0;
        if is_so {
            self.count.run(&mut all, ACTION, record).await?;
        }
        self.count.commit(all, ACTION).await?;
        Ok(is_so)
    }
}
