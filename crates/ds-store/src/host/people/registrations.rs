//! People who asked for an account and are to prove their mail address.

use async_trait::async_trait;
use ds_auth::{
    Account,
    people::{Registration, RegistrationStore},
};
use ds_core::{StoreError, Timestamp, secret::TokenHash};

use super::{Store, missing};
use crate::row::Reader;

#[async_trait]
impl RegistrationStore for Store {
    async fn add_registration(
        &self,
        token: &TokenHash,
        registration: &Registration,
        most: u32,
    ) -> Result<(), StoreError> {
        const ACTION: &str = "begin a registration";
        let mut db = self.writer(ACTION).await?;
        let mut all = self.count.begin(&mut db, ACTION).await?;
        let add = sqlx::query(
            "INSERT INTO registrations (token_hash, email, expires) VALUES ($1, $2, $3)
             ON CONFLICT (email) DO UPDATE
             SET token_hash = excluded.token_hash, expires = excluded.expires",
        )
        .bind(token.as_str())
        .bind(&registration.email)
        .bind(registration.expires.0);
        self.count.run(&mut all, ACTION, add).await?;
        let bound = sqlx::query(
            "DELETE FROM registrations WHERE token_hash IN
             (SELECT token_hash FROM registrations ORDER BY expires DESC, token_hash
              LIMIT -1 OFFSET $1)",
        )
        .bind(i64::from(most));
        self.count.run(&mut all, ACTION, bound).await?;
        Ok(self.count.commit(all, ACTION).await?)
    }

    async fn registration(&self, token: &TokenHash) -> Result<Option<Registration>, StoreError> {
        const ACTION: &str = "find a registration";
        let query = sqlx::query("SELECT email, expires FROM registrations WHERE token_hash = $1")
            .bind(token.as_str());
        let mut db = self.reader(ACTION).await?;
        let Some(row) = self.count.one(&mut db, ACTION, query).await? else {
            return Ok(None);
        };
        let row = Reader::new("registration", &row);
        Ok(Some(Registration {
            email: row.get("email")?,
            expires: row.time("expires")?,
        }))
    }

    async fn accept_registration(
        &self,
        token: &TokenHash,
        now: Timestamp,
        account: &Account,
        password_hash: &str,
    ) -> Result<(), StoreError> {
        const ACTION: &str = "end a registration";
        let mut db = self.writer(ACTION).await?;
        let mut all = self.count.begin(&mut db, ACTION).await?;
        let used = sqlx::query("DELETE FROM registrations WHERE token_hash = $1 AND expires > $2")
            .bind(token.as_str())
            .bind(now.0);
        if self.count.run(&mut all, ACTION, used).await? == 0 {
            return Err(missing("such registration"));
        }
        self.insert_account(&mut all, ACTION, account, password_hash)
            .await?;
        Ok(self.count.commit(all, ACTION).await?)
    }

    async fn purge_registrations(&self, before: Timestamp) -> Result<(), StoreError> {
        let query = sqlx::query("DELETE FROM registrations WHERE expires < $1").bind(before.0);
        self.change_of_person("remove old registrations", query)
            .await?;
        Ok(())
    }
}
