//! How members prove who they are, beside an account of this host.

use std::collections::HashMap;

use async_trait::async_trait;
use ds_core::{
    AccountId, AppspaceId, Clock as _, LoginKind, Member, MemberLogin, MemberLogins, MemberWays,
    ProxyId, StoreError, SystemClock,
};

use super::{
    AppspaceDbs,
    members::{self, ACCOUNT},
};
use crate::row::Reader;

#[async_trait]
impl MemberLogins for AppspaceDbs {
    async fn logins(
        &self,
        appspace: AppspaceId,
        id: &ProxyId,
    ) -> Result<Vec<MemberLogin>, StoreError> {
        const ACTION: &str = "list how a member logs in";
        let query = sqlx::query(
            "SELECT type, identifier, extra_name FROM user_auth_ids WHERE proxy_id = $1
             ORDER BY created, identifier",
        )
        .bind(id.as_str());
        let mut db = self.db(appspace, ACTION).await?;
        let rows = self.count.all(&mut db, ACTION, query).await?;
        let mut logins = Vec::new();
        for row in &rows {
            let row = Reader::new("way to log in", row);
            // Accounts of this host are asked for by themselves.
            if let Some(kind) = LoginKind::read(row.get("type")?) {
                logins.push(MemberLogin {
                    kind,
                    name: row.get("identifier")?,
                    signed_by: row.get("extra_name")?,
                });
            }
        }
        Ok(logins)
    }

    async fn member_with(
        &self,
        appspace: AppspaceId,
        kind: LoginKind,
        name: &str,
    ) -> Result<Option<(Member, MemberLogin)>, StoreError> {
        const ACTION: &str = "find who logs in so";
        let query = sqlx::query(
            "SELECT m.proxy_id, m.display_name, m.avatar, m.permissions, m.is_owner, u.extra_name
             FROM user_auth_ids u JOIN members m ON m.proxy_id = u.proxy_id
             WHERE u.type = $1 AND u.identifier = $2",
        )
        .bind(kind.as_str())
        .bind(name);
        let mut db = self.db(appspace, ACTION).await?;
        let Some(row) = self.count.one(&mut db, ACTION, query).await? else {
            return Ok(None);
        };
        let login = MemberLogin {
            kind,
            name: name.to_owned(),
            signed_by: Reader::new("way to log in", &row).get("extra_name")?,
        };
        Ok(Some((members::read(&row)?, login)))
    }

    async fn add_login(
        &self,
        appspace: AppspaceId,
        id: &ProxyId,
        login: &MemberLogin,
    ) -> Result<(), StoreError> {
        const ACTION: &str = "give a member a way to log in";
        let query = sqlx::query(
            "INSERT INTO user_auth_ids (proxy_id, type, identifier, extra_name, created)
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(id.as_str())
        .bind(login.kind.as_str())
        .bind(&login.name)
        .bind(&login.signed_by)
        .bind(SystemClock.now().0);
        let mut db = self.db(appspace, ACTION).await?;
        let added = self.count.run(&mut db, ACTION, query).await;
        added.map_err(|failure| {
            if failure.is_unique_violation() {
                failure.or_taken(|| format!("membership of this appspace for {}", login.name))
            } else {
                failure.or_missing(|| format!("member {id}"))
            }
        })?;
        Ok(())
    }

    async fn note_signed(
        &self,
        appspace: AppspaceId,
        kind: LoginKind,
        name: &str,
        by: &str,
    ) -> Result<(), StoreError> {
        const ACTION: &str = "record who signed for a member";
        let query = sqlx::query(
            "UPDATE user_auth_ids SET extra_name = $1 WHERE type = $2 AND identifier = $3",
        )
        .bind(by)
        .bind(kind.as_str())
        .bind(name);
        let mut db = self.db(appspace, ACTION).await?;
        self.count.run(&mut db, ACTION, query).await?;
        Ok(())
    }

    async fn has_signed(&self, appspace: AppspaceId, by: &str) -> Result<bool, StoreError> {
        const ACTION: &str = "find out who has signed for members";
        let query = sqlx::query(
            "SELECT 1 FROM user_auth_ids WHERE type IN ('dropid', 'profile') AND extra_name = $1
             LIMIT 1",
        )
        .bind(by);
        let mut db = self.db(appspace, ACTION).await?;
        Ok(self.count.one(&mut db, ACTION, query).await?.is_some())
    }

    async fn remove_login(
        &self,
        appspace: AppspaceId,
        id: &ProxyId,
        kind: LoginKind,
        name: &str,
    ) -> Result<bool, StoreError> {
        const ACTION: &str = "take a way to log in from a member";
        let query = sqlx::query(
            "DELETE FROM user_auth_ids WHERE proxy_id = $1 AND type = $2 AND identifier = $3",
        )
        .bind(id.as_str())
        .bind(kind.as_str())
        .bind(name);
        let mut db = self.db(appspace, ACTION).await?;
        Ok(self.count.run(&mut db, ACTION, query).await? > 0)
    }

    async fn add_member_with(
        &self,
        appspace: AppspaceId,
        member: &Member,
        login: &MemberLogin,
    ) -> Result<(), StoreError> {
        const ACTION: &str = "add a member";
        let now = SystemClock.now();
        let add = members::insert(member, now)?;
        let mut db = self.db_or_new(appspace, ACTION).await?;
        let mut all = self.count.begin(&mut db, ACTION).await?;
        let added = self.count.run(&mut all, ACTION, add).await;
        added
            .map_err(|failure| failure.or_taken(|| format!("the member id {}", member.proxy_id)))?;
        let way = sqlx::query(
            "INSERT INTO user_auth_ids (proxy_id, type, identifier, extra_name, created)
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(member.proxy_id.as_str())
        .bind(login.kind.as_str())
        .bind(&login.name)
        .bind(&login.signed_by)
        .bind(now.0);
        let added = self.count.run(&mut all, ACTION, way).await;
        added.map_err(|failure| {
            failure.or_taken(|| format!("membership of this appspace for {}", login.name))
        })?;
        Ok(self.count.commit(all, ACTION).await?)
    }

    async fn all_ways(
        &self,
        appspace: AppspaceId,
    ) -> Result<HashMap<ProxyId, MemberWays>, StoreError> {
        const ACTION: &str = "list how members log in";
        let query = sqlx::query(
            "SELECT proxy_id, type, identifier, extra_name FROM user_auth_ids
             ORDER BY created, identifier",
        );
        let mut db = self.db(appspace, ACTION).await?;
        let rows = self.count.all(&mut db, ACTION, query).await?;
        let mut all = HashMap::<ProxyId, MemberWays>::new();
        for row in &rows {
            let row = Reader::new("way to log in", row);
            let (id, kind): (ProxyId, &str) = (row.parse("proxy_id")?, row.get("type")?);
            let own = all.entry(id).or_default();
            if kind == ACCOUNT && own.account.is_none() {
                own.account = Some(row.parse("identifier")?);
            } else if let Some(kind) = LoginKind::read(kind) {
                own.logins.push(MemberLogin {
                    kind,
                    name: row.get("identifier")?,
                    signed_by: row.get("extra_name")?,
                });
            }
        }
        Ok(all)
    }

    async fn account_of(
        &self,
        appspace: AppspaceId,
        id: &ProxyId,
    ) -> Result<Option<AccountId>, StoreError> {
        const ACTION: &str = "find the account of a member";
        let query = sqlx::query(
            "SELECT identifier FROM user_auth_ids WHERE proxy_id = $1 AND type = $2
             ORDER BY created LIMIT 1",
        )
        .bind(id.as_str())
        .bind(ACCOUNT);
        let mut db = self.db(appspace, ACTION).await?;
        let row = self.count.one(&mut db, ACTION, query).await?;
        let read = |row| Reader::new("way to log in", row).parse("identifier");
        row.as_ref().map(read).transpose()
    }

    async fn set_account(
        &self,
        appspace: AppspaceId,
        id: &ProxyId,
        account: Option<AccountId>,
    ) -> Result<(), StoreError> {
        const ACTION: &str = "change the account of a member";
        let mut db = self.db(appspace, ACTION).await?;
        let mut all = self.count.begin(&mut db, ACTION).await?;
        let known =
            sqlx::query("SELECT proxy_id FROM members WHERE proxy_id = $1").bind(id.as_str());
        if self.count.one(&mut all, ACTION, known).await?.is_none() {
            return Err(members::no_such_member(id));
        }
        let before = sqlx::query("DELETE FROM user_auth_ids WHERE proxy_id = $1 AND type = $2")
            .bind(id.as_str())
            .bind(ACCOUNT);
        self.count.run(&mut all, ACTION, before).await?;
        if let Some(account) = account {
            let query = members::insert_account(id, account, SystemClock.now());
            let added = self.count.run(&mut all, ACTION, query).await;
            added.map_err(|failure| failure.or_taken(members::account_taken))?;
        }
        Ok(self.count.commit(all, ACTION).await?)
    }
}
