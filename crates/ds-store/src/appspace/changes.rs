//! What can be changed of a member.

use std::collections::BTreeSet;

use async_trait::async_trait;
use ds_core::{AppspaceId, MemberChanges, Permission, ProxyId, StoreError};

use super::{AppspaceDbs, members::no_such_member};
use crate::{
    query::Query,
    row::{Reader, to_json},
};

impl AppspaceDbs {
    async fn change_member(
        &self,
        appspace: AppspaceId,
        id: &ProxyId,
        action: &'static str,
        query: Query<'_>,
    ) -> Result<(), StoreError> {
        let mut db = self.db(appspace, action).await?;
        match self.count.run(&mut db, action, query).await? {
            0 => Err(no_such_member(id)),
            _ => Ok(()),
        }
    }
}

#[async_trait]
impl MemberChanges for AppspaceDbs {
    async fn set_name(
        &self,
        appspace: AppspaceId,
        id: &ProxyId,
        name: &str,
    ) -> Result<(), StoreError> {
        let query = sqlx::query("UPDATE members SET display_name = $1 WHERE proxy_id = $2")
            .bind(name)
            .bind(id.as_str());
        self.change_member(appspace, id, "rename a member", query)
            .await
    }

    async fn set_avatar(
        &self,
        appspace: AppspaceId,
        id: &ProxyId,
        avatar: &str,
    ) -> Result<String, StoreError> {
        const ACTION: &str = "change a member's picture";
        let mut db = self.db(appspace, ACTION).await?;
        let mut all = self.count.begin(&mut db, ACTION).await?;
        let before =
            sqlx::query("SELECT avatar FROM members WHERE proxy_id = $1").bind(id.as_str());
        let row = self.count.one(&mut all, ACTION, before).await?;
        let row = row.ok_or_else(|| no_such_member(id))?;
        let old = Reader::new("member", &row).get("avatar")?;
        let after = sqlx::query("UPDATE members SET avatar = $1 WHERE proxy_id = $2")
            .bind(avatar)
            .bind(id.as_str());
        self.count.run(&mut all, ACTION, after).await?;
        self.count.commit(all, ACTION).await?;
        Ok(old)
    }

    async fn set_permissions(
        &self,
        appspace: AppspaceId,
        id: &ProxyId,
        permissions: &BTreeSet<Permission>,
    ) -> Result<(), StoreError> {
        let query = sqlx::query("UPDATE members SET permissions = $1 WHERE proxy_id = $2")
            .bind(to_json("member", permissions)?)
            .bind(id.as_str());
        self.change_member(appspace, id, "change what a member may do", query)
            .await
    }
}
