//! Logins between hosts that are under way: begun here, or to be redeemed here. Both are taken out in one statement, so that
//! each is good once.

use async_trait::async_trait;
use ds_auth::{
    Epoch,
    dropid::{
        MOST_PENDING,
        client::{PendingLogin, PendingLoginStore},
        server::{CodeStore, Grant},
    },
};
use ds_core::{StoreError, Timestamp, secret::TokenHash};
use serde::de::DeserializeOwned;

use super::{super::sessions::number, Store};
use crate::{
    query::{Query, unless_blocked},
    row::{Reader, to_json},
};

impl Store {
    /// Adds one, and removes those that end first if there are too many: both or neither.
    pub(super) async fn add_bounded(
        &self,
        action: &'static str,
        add: Query<'_>,
        bound: Query<'_>,
    ) -> Result<(), StoreError> {
        let mut db = self.writer(action).await?;
        let mut all = self.count.begin(&mut db, action).await?;
        let added = self.count.run(&mut all, action, add).await;
        unless_blocked(added, action, "such account")?;
        self.count.run(&mut all, action, bound).await?;
        Ok(self.count.commit(all, action).await?)
    }

    /// Takes one out, as the column `taken`.
    pub(super) async fn take<T: DeserializeOwned>(
        &self,
        action: &'static str,
        what: &'static str,
        query: Query<'_>,
    ) -> Result<Option<T>, StoreError> {
        let mut db = self.writer(action).await?;
        let row = self.count.one(&mut db, action, query).await?;
        row.map(|row| Reader::new(what, &row).json("taken"))
            .transpose()
    }
}

#[async_trait]
impl PendingLoginStore for Store {
    async fn add_pending_login(
        &self,
        state: &TokenHash,
        login: &PendingLogin,
    ) -> Result<(), StoreError> {
        let add = sqlx::query(
            "INSERT INTO pending_logins (state_hash, login, expires) VALUES ($1, $2, $3)",
        )
        .bind(state.as_str())
        .bind(to_json("login under way", login)?)
        .bind(login.expires.0);
        let bound = sqlx::query(
            "DELETE FROM pending_logins WHERE expires <
             (SELECT expires FROM pending_logins ORDER BY expires DESC LIMIT 1 OFFSET $1)",
        )
        .bind(i64::from(MOST_PENDING));
        self.add_bounded("begin a login", add, bound).await
    }

    async fn take_pending_login(
        &self,
        state: &TokenHash,
    ) -> Result<Option<PendingLogin>, StoreError> {
        let query = sqlx::query(
            "DELETE FROM pending_logins WHERE state_hash = $1 RETURNING login AS taken",
        )
        .bind(state.as_str());
        self.take("end a login", "login under way", query).await
    }

    async fn purge_pending_logins(&self, now: Timestamp) -> Result<(), StoreError> {
        let query = sqlx::query("DELETE FROM pending_logins WHERE expires <= $1").bind(now.0);
        self.change_of_person("remove old logins", query).await?;
        Ok(())
    }
}

#[async_trait]
impl CodeStore for Store {
    async fn add_code(
        &self,
        code: &TokenHash,
        grant: &Grant,
        since: Epoch,
    ) -> Result<(), StoreError> {
        let add = sqlx::query(
            "INSERT INTO authorization_codes (code_hash, account, granted, expires)
             SELECT $1, $2, $3, $4
             WHERE EXISTS (SELECT 1 FROM accounts
                           WHERE id = $2 AND blocked IS NULL AND epoch <= $5)",
        )
        .bind(code.as_str())
        .bind(grant.account.to_string())
        .bind(to_json("code", grant)?)
        .bind(grant.expires.0)
        .bind(number(since));
        let bound = sqlx::query(
            "DELETE FROM authorization_codes WHERE expires <
             (SELECT expires FROM authorization_codes ORDER BY expires DESC LIMIT 1 OFFSET $1)",
        )
        .bind(i64::from(MOST_PENDING));
        self.add_bounded("give out a code", add, bound).await
    }

    async fn take_code(&self, code: &TokenHash) -> Result<Option<Grant>, StoreError> {
        let query = sqlx::query(
            "DELETE FROM authorization_codes WHERE code_hash = $1 RETURNING granted AS taken",
        )
        .bind(code.as_str());
        self.take("redeem a code", "code", query).await
    }

    async fn purge_codes(&self, now: Timestamp) -> Result<(), StoreError> {
        let query = sqlx::query("DELETE FROM authorization_codes WHERE expires <= $1").bind(now.0);
        self.change_of_person("remove old codes", query).await?;
        Ok(())
    }
}
