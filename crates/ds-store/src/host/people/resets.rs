//! Passwords that are to be set anew.

use async_trait::async_trait;
use ds_auth::people::{Reset, ResetStore};
use ds_core::{AccountId, StoreError, Timestamp, secret::TokenHash};

use super::{Store, missing};
use crate::row::Reader;

#[async_trait]
impl ResetStore for Store {
    async fn add_reset(
        &self,
        token: &TokenHash,
        reset: &Reset,
        sent_to: Option<&str>,
    ) -> Result<(), StoreError> {
        let query = sqlx::query(
            "INSERT INTO resets (token_hash, account, by_mail, expires, made_by)
             SELECT $1, $2, $3, $4, $5
             WHERE EXISTS (SELECT 1 FROM accounts
                           WHERE id = $2 AND ($6 IS NULL OR (email = $6 AND blocked IS NULL)))
               AND ($5 IS NULL
                    OR EXISTS (SELECT 1 FROM accounts WHERE id = $5 AND is_admin AND blocked IS NULL))
             ON CONFLICT (account, by_mail) DO UPDATE
             SET token_hash = excluded.token_hash, expires = excluded.expires,
                 made_by = excluded.made_by",
        )
        .bind(token.as_str())
        .bind(reset.account.to_string())
        .bind(reset.by_mail)
        .bind(reset.expires.0)
        .bind(reset.made_by.map(|by| by.to_string()))
        .bind(sent_to);
        let added = self.change_of_person("begin to set a password anew", query);
        match added.await? {
            0 => Err(missing("such account or admin")),
            _ => Ok(()),
        }
    }

    async fn reset(&self, token: &TokenHash) -> Result<Option<Reset>, StoreError> {
        const ACTION: &str = "find a password's reset";
        let query = sqlx::query(
            "SELECT account, by_mail, made_by, expires FROM resets WHERE token_hash = $1",
        )
        .bind(token.as_str());
        let mut db = self.reader(ACTION).await?;
        let Some(row) = self.count.one(&mut db, ACTION, query).await? else {
            return Ok(None);
        };
        let row = Reader::new("password's reset", &row);
        Ok(Some(Reset {
            account: row.parse("account")?,
            by_mail: row.get("by_mail")?,
            made_by: row.parse_option("made_by")?,
            expires: row.time("expires")?,
        }))
    }

    async fn use_reset(
        &self,
        token: &TokenHash,
        now: Timestamp,
        password_hash: &str,
    ) -> Result<(), StoreError> {
        const ACTION: &str = "set a password anew";
        let mut db = self.writer(ACTION).await?;
        let mut all = self.count.begin(&mut db, ACTION).await?;
        let used = sqlx::query(
            "DELETE FROM resets WHERE token_hash = $1 AND expires > $2 RETURNING account, by_mail",
        )
        .bind(token.as_str())
        .bind(now.0);
        let Some(row) = self.count.one(&mut all, ACTION, used).await? else {
            return Err(missing("such reset"));
        };
        let row = Reader::new("password's reset", &row);
        let (account, by_mail): (AccountId, bool) = (row.parse("account")?, row.get("by_mail")?);
        // Whoever has a letter that was sent to the account's address has the address.
        let set = sqlx::query(
            "UPDATE accounts SET password_hash = $1, email_proven = email_proven OR $2 WHERE id = $3",
        )
        .bind(password_hash)
        .bind(by_mail)
        .bind(account.to_string());
        self.count.run(&mut all, ACTION, set).await?;
        self.end_by_new_password(&mut all, ACTION, account).await?;
        Ok(self.count.commit(all, ACTION).await?)
    }

    async fn purge_resets(&self, before: Timestamp) -> Result<(), StoreError> {
        let query = sqlx::query("DELETE FROM resets WHERE expires < $1").bind(before.0);
        self.change_of_person("remove old resets", query).await?;
        Ok(())
    }
}
