//! Links by mail that were sent and not used.

use async_trait::async_trait;
use ds_auth::{
    dropid::MOST_PENDING,
    people::{EmailLogin, EmailLoginStore},
};
use ds_core::{StoreError, Timestamp, secret::TokenHash};

use super::Store;
use crate::row::{Reader, to_json};

#[async_trait]
impl EmailLoginStore for Store {
    async fn add_email_login(
        &self,
        token: &TokenHash,
        login: &EmailLogin,
    ) -> Result<(), StoreError> {
        let add = sqlx::query(
            "INSERT INTO email_logins (token_hash, login, expires) VALUES ($1, $2, $3)",
        )
        .bind(token.as_str())
        .bind(to_json("login by mail", login)?)
        .bind(login.expires.0);
        let bound = sqlx::query(
            "DELETE FROM email_logins WHERE expires <
             (SELECT expires FROM email_logins ORDER BY expires DESC LIMIT 1 OFFSET $1)",
        )
        .bind(i64::from(MOST_PENDING));
        self.add_bounded("begin a login by mail", add, bound).await
    }

    async fn email_login(&self, token: &TokenHash) -> Result<Option<EmailLogin>, StoreError> {
        const ACTION: &str = "find a login by mail";
        let query = sqlx::query("SELECT login FROM email_logins WHERE token_hash = $1")
            .bind(token.as_str());
        let mut db = self.reader(ACTION).await?;
        let row = self.count.one(&mut db, ACTION, query).await?;
        row.map(|row| Reader::new("login by mail", &row).json("login"))
            .transpose()
    }

    async fn take_email_login(&self, token: &TokenHash) -> Result<Option<EmailLogin>, StoreError> {
        let query =
            sqlx::query("DELETE FROM email_logins WHERE token_hash = $1 RETURNING login AS taken")
                .bind(token.as_str());
        self.take("end a login by mail", "login by mail", query)
            .await
    }

    async fn purge_email_logins(&self, now: Timestamp) -> Result<(), StoreError> {
        let query = sqlx::query("DELETE FROM email_logins WHERE expires <= $1").bind(now.0);
        self.change_of_person("remove old logins by mail", query)
            .await?;
        Ok(())
    }
}
