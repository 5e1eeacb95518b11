//! Roles, blocks and ends of accounts; and their sessions in a list.

use async_trait::async_trait;
use ds_auth::{
    Account,
    people::{AccountChange, AccountEntry, Removal, RoleStore, SessionEntry, SessionList},
};
use ds_core::{AccountId, AppspaceId, ProxyId, StoreError, Timestamp, secret::TokenHash};
use sqlx::SqliteConnection;

use super::Store;
use crate::{
    host::{accounts, sessions},
    query::Query,
    row::Reader,
};

impl Store {
    /// Whether an account is there, and whether another admin would be left without it.
    pub(super) async fn is_there(
        &self,
        db: &mut SqliteConnection,
        id: AccountId,
    ) -> Result<Result<(), AccountChange>, StoreError> {
        const ACTION: &str = "look whether an admin is left";
        let query = sqlx::query(
            "SELECT is_admin AND blocked IS NULL AS runs_it,
             (SELECT COUNT(*) FROM accounts WHERE is_admin AND blocked IS NULL AND id <> $1) AS others
             FROM accounts WHERE id = $1",
        )
        .bind(id.to_string());
        let Some(row) = self.count.one(db, ACTION, query).await? else {
            return Ok(Err(AccountChange::Missing));
        };
        let row = Reader::new("account", &row);
        let (runs_it, others): (bool, i64) = (row.get("runs_it")?, row.get("others")?);
        Ok(if runs_it && others == 0 {
            Err(AccountChange::LastAdmin)
        } else {
            Ok(())
        })
    }

    /// Changes an account, if somebody is left to run the host.
    async fn change_account(
        &self,
        action: &'static str,
        id: AccountId,
        is_safe: bool,
        shuts_out: bool,
        queries: Vec<Query<'_>>,
    ) -> Result<AccountChange, StoreError> {
        let mut db = self.writer(action).await?;
        let mut all = self.count.begin(&mut db, action).await?;
        match self.is_there(&mut all, id).await? {
            Err(AccountChange::LastAdmin) if is_safe => {}
            Err(refused) => return Ok(refused),
            Ok(()) => {}
        }
        if self.is_leaving(&mut all, id).await? {
            return Ok(AccountChange::Leaving);
        }
        for query in queries {
            self.count.run(&mut all, action, query).await?;
        }
        if shuts_out {
            self.outdate(&mut all, action, id).await?;
        }
        self.count.commit(all, action).await?;
        Ok(AccountChange::Done)
    }
}

#[async_trait]
impl RoleStore for Store {
    async fn account_entries(
        &self,
        find: &str,
        skip: u32,
        most: u32,
    ) -> Result<Vec<AccountEntry>, StoreError> {
        self.list_entries(find, skip, most).await
    }

    async fn account_entry(&self, id: AccountId) -> Result<Option<AccountEntry>, StoreError> {
        self.one_entry(id).await
    }

    async fn account_at(&self, email: &str) -> Result<Option<Account>, StoreError> {
        const ACTION: &str = "find an account";
        let query = sqlx::query("SELECT * FROM accounts WHERE email = $1").bind(email);
        let mut db = self.reader(ACTION).await?;
        let row = self.count.one(&mut db, ACTION, query).await?;
        row.as_ref().map(accounts::read).transpose()
    }

    async fn set_admin(&self, id: AccountId, is_admin: bool) -> Result<AccountChange, StoreError> {
        let mut queries = vec![
            sqlx::query("UPDATE accounts SET is_admin = $1 WHERE id = $2")
                .bind(is_admin)
                .bind(id.to_string()),
        ];
        if !is_admin {
            for made in [
                "DELETE FROM invitations WHERE invited_by = $1",
                "DELETE FROM resets WHERE made_by = $1",
            ] {
                queries.push(sqlx::query(made).bind(id.to_string()));
            }
        }
        self.change_account("change a role", id, is_admin, false, queries)
            .await
    }

    async fn set_blocked(
        &self,
        id: AccountId,
        since: Option<Timestamp>,
    ) -> Result<AccountChange, StoreError> {
        let mut queries = vec![
            sqlx::query("UPDATE accounts SET blocked = $1 WHERE id = $2")
                .bind(since.map(|at| at.0))
                .bind(id.to_string()),
        ];
        if since.is_some() {
            queries.extend(Self::shut_out(id));
        }
        let is_safe = since.is_none();
        self.change_account("block an account", id, is_safe, !is_safe, queries)
            .await
    }

    async fn blocked(&self, id: AccountId) -> Result<Option<Timestamp>, StoreError> {
        const ACTION: &str = "look whether an account is blocked";
        let query = sqlx::query("SELECT blocked FROM accounts WHERE id = $1").bind(id.to_string());
        let mut db = self.reader(ACTION).await?;
        let Some(row) = self.count.one(&mut db, ACTION, query).await? else {
            return Ok(None);
        };
        let blocked: Option<i64> = Reader::new("account", &row).get("blocked")?;
        Ok(blocked.map(Timestamp))
    }

    async fn begin_removal(&self, removal: &Removal) -> Result<AccountChange, StoreError> {
        self.record_removal(removal).await
    }

    async fn removals(&self) -> Result<Vec<Removal>, StoreError> {
        self.list_removals().await
    }

    async fn remove_account(&self, id: AccountId) -> Result<AccountChange, StoreError> {
        const ACTION: &str = "remove an account";
        let mut db = self.writer(ACTION).await?;
        let mut all = self.count.begin(&mut db, ACTION).await?;
        if let Err(refused) = self.is_there(&mut all, id).await? {
            return Ok(refused);
        }
        for query in [
            // What is decided is history; what is not keeps the account.
            "DELETE FROM moves_in WHERE owner = $1 AND arrival <> 'undecided'",
            // The names stay nobody's; what was said of the person goes.
            "UPDATE dropids SET display_name = '', avatar = '' WHERE account = $1",
        ] {
            let query = sqlx::query(query).bind(id.to_string());
            self.count.run(&mut all, ACTION, query).await?;
        }
        let query = sqlx::query("DELETE FROM accounts WHERE id = $1").bind(id.to_string());
        let removed = self.count.run(&mut all, ACTION, query).await;
        match removed.map_err(|failure| failure.or_missing(|| "such account".into())) {
            Ok(_) => {}
            // Apps and appspaces refer to it.
            Err(StoreError::Missing { .. }) => return Ok(AccountChange::InUse),
            Err(error) => return Err(error),
        }
        self.count.commit(all, ACTION).await?;
        Ok(AccountChange::Done)
    }
}

#[async_trait]
impl SessionList for Store {
    async fn sessions_of(&self, account: AccountId) -> Result<Vec<SessionEntry>, StoreError> {
        const ACTION: &str = "list sessions";
        let query = sqlx::query(
            "SELECT token_hash, account, appspace, proxy_id, created, expires, device FROM sessions
             WHERE account = $1 ORDER BY created DESC, token_hash",
        )
        .bind(account.to_string());
        let mut db = self.reader(ACTION).await?;
        let rows = self.count.all(&mut db, ACTION, query).await?;
        let entry = |row| {
            let session = sessions::read(row)?;
            let row = Reader::new("session", row);
            let device: Option<String> = row.get("device")?;
            Ok(SessionEntry {
                token: TokenHash::stored(row.get("token_hash")?),
                session,
                device: device.unwrap_or_default(),
            })
        };
        rows.iter().map(entry).collect()
    }

    async fn last_ends(
        &self,
        appspace: AppspaceId,
    ) -> Result<Vec<(ProxyId, Timestamp)>, StoreError> {
        const ACTION: &str = "find when members were here";
        let query = sqlx::query(
            "SELECT proxy_id, max(expires) AS expires FROM sessions
             WHERE appspace = $1 GROUP BY proxy_id",
        )
        .bind(appspace.to_string());
        let mut db = self.reader(ACTION).await?;
        let rows = self.count.all(&mut db, ACTION, query).await?;
        let read = |row| {
            let row = Reader::new("session", row);
            Ok((row.parse("proxy_id")?, row.time("expires")?))
        };
        rows.iter().map(read).collect()
    }

    async fn note_device(&self, token: &TokenHash, device: &str) -> Result<(), StoreError> {
        let query = sqlx::query("UPDATE sessions SET device = $1 WHERE token_hash = $2")
            .bind(device)
            .bind(token.as_str());
        self.change_of_person("record a session's device", query)
            .await?;
        Ok(())
    }
}
