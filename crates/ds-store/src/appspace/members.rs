//! The members of an appspace.

use std::collections::BTreeSet;

use async_trait::async_trait;
use ds_core::{
    AccountId, AppspaceId, Clock as _, Member, MemberStore, Permission, ProxyId, StoreError,
    SystemClock, Timestamp,
};
use sqlx::sqlite::SqliteRow;

use super::AppspaceDbs;
use crate::{
    query::Query,
    row::{Reader, to_json},
};

/// The way of logging in that is an account of this host.
pub(super) const ACCOUNT: &str = "account";

pub(super) fn read(row: &SqliteRow) -> Result<Member, StoreError> {
    let row = Reader::new("member", row);
    Ok(Member {
        proxy_id: row.parse("proxy_id")?,
        display_name: row.get("display_name")?,
        avatar: row.get("avatar")?,
        permissions: row.json("permissions")?,
        is_owner: row.get("is_owner")?,
    })
}

pub(super) fn account_taken() -> String {
    "membership of this appspace for this account".into()
}

pub(super) fn insert(member: &Member, now: Timestamp) -> Result<Query<'_>, StoreError> {
    Ok(sqlx::query(
        "INSERT INTO members (proxy_id, display_name, avatar, permissions, is_owner, created)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(member.proxy_id.as_str())
    .bind(&member.display_name)
    .bind(&member.avatar)
    .bind(to_json("member", &member.permissions)?)
    .bind(member.is_owner)
    .bind(now.0))
}

pub(super) fn insert_account(id: &ProxyId, account: AccountId, now: Timestamp) -> Query<'_> {
    sqlx::query(
        "INSERT INTO user_auth_ids (proxy_id, type, identifier, extra_name, created)
         VALUES ($1, $2, $3, '', $4)",
    )
    .bind(id.as_str())
    .bind(ACCOUNT)
    .bind(account.to_string())
    .bind(now.0)
}

pub(super) fn no_such_member(id: &ProxyId) -> StoreError {
    StoreError::Missing {
        what: format!("member {id}"),
    }
}

#[async_trait]
impl MemberStore for AppspaceDbs {
    async fn members(&self, appspace: AppspaceId) -> Result<Vec<Member>, StoreError> {
        const ACTION: &str = "list members";
        let query = sqlx::query(
            "SELECT proxy_id, display_name, avatar, permissions, is_owner FROM members",
        );
        let mut db = self.db(appspace, ACTION).await?;
        let rows = self.count.all(&mut db, ACTION, query).await?;
        let mut members: Vec<Member> = rows.iter().map(read).collect::<Result<_, _>>()?;
        let order = |m: &Member| (!m.is_owner, m.display_name.clone(), m.proxy_id.clone());
        members.sort_by_cached_key(order);
        Ok(members)
    }

    async fn member(
        &self,
        appspace: AppspaceId,
        id: &ProxyId,
    ) -> Result<Option<Member>, StoreError> {
        const ACTION: &str = "find a member";
        let query = sqlx::query(
            "SELECT proxy_id, display_name, avatar, permissions, is_owner FROM members
             WHERE proxy_id = $1",
        )
        .bind(id.as_str());
        let mut db = self.db(appspace, ACTION).await?;
        let row = self.count.one(&mut db, ACTION, query).await?;
        row.as_ref().map(read).transpose()
    }

    async fn member_of_account(
        &self,
        appspace: AppspaceId,
        account: AccountId,
    ) -> Result<Option<Member>, StoreError> {
        const ACTION: &str = "find the member of an account";
        let query = sqlx::query(
            "SELECT m.proxy_id, m.display_name, m.avatar, m.permissions, m.is_owner
             FROM user_auth_ids u JOIN members m ON m.proxy_id = u.proxy_id
             WHERE u.type = $1 AND u.identifier = $2",
        )
        .bind(ACCOUNT)
        .bind(account.to_string());
        let mut db = self.db(appspace, ACTION).await?;
        let row = self.count.one(&mut db, ACTION, query).await?;
        row.as_ref().map(read).transpose()
    }

    async fn add_member(
        &self,
        appspace: AppspaceId,
        member: &Member,
        account: Option<AccountId>,
    ) -> Result<(), StoreError> {
        const ACTION: &str = "add a member";
        let now = SystemClock.now();
        let add = insert(member, now)?;
        let mut db = self.db_or_new(appspace, ACTION).await?;
        let mut all = self.count.begin(&mut db, ACTION).await?;
        let added = self.count.run(&mut all, ACTION, add).await;
        added
            .map_err(|failure| failure.or_taken(|| format!("the member id {}", member.proxy_id)))?;
        if let Some(account) = account {
            let log_in = insert_account(&member.proxy_id, account, now);
            let added = self.count.run(&mut all, ACTION, log_in).await;
            added.map_err(|failure| failure.or_taken(account_taken))?;
        }
        self.count.commit(all, ACTION).await?;
        Ok(())
    }

    async fn set_permission(
        &self,
        appspace: AppspaceId,
        id: &ProxyId,
        permission: &Permission,
        granted: bool,
    ) -> Result<(), StoreError> {
        const ACTION: &str = "change a permission";
        let mut db = self.db(appspace, ACTION).await?;
        let mut all = self.count.begin(&mut db, ACTION).await?;
        let before =
            sqlx::query("SELECT permissions FROM members WHERE proxy_id = $1").bind(id.as_str());
        let row = self.count.one(&mut all, ACTION, before).await?;
        let row = row.ok_or_else(|| no_such_member(id))?;
        let mut held: BTreeSet<Permission> = Reader::new("member", &row).json("permissions")?;
        if granted {
            held.insert(permission.clone());
        } else {
            held.remove(permission);
        }
        let after = sqlx::query("UPDATE members SET permissions = $1 WHERE proxy_id = $2")
            .bind(to_json("member", &held)?)
            .bind(id.as_str());
        self.count.run(&mut all, ACTION, after).await?;
        self.count.commit(all, ACTION).await?;
        Ok(())
    }

    async fn remove_member(&self, appspace: AppspaceId, id: &ProxyId) -> Result<(), StoreError> {
        const ACTION: &str = "remove a member";
        let query = sqlx::query("DELETE FROM members WHERE proxy_id = $1").bind(id.as_str());
        let mut db = self.db(appspace, ACTION).await?;
        match self.count.run(&mut db, ACTION, query).await? {
            0 => Err(no_such_member(id)),
            _ => Ok(()),
        }
    }
}
