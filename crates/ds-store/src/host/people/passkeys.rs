//! Passkeys.

use async_trait::async_trait;
use ds_auth::passkeys::{Passkey, PasskeyRecord, PasskeyStore};
use ds_core::{AccountId, StoreError, Timestamp};
use sqlx::sqlite::SqliteRow;

use super::Store;
use crate::row::{Reader, to_json};

fn read(row: &SqliteRow) -> Result<PasskeyRecord, StoreError> {
    let row = Reader::new("passkey", row);
    let last_used: Option<i64> = row.get("last_used")?;
    Ok(PasskeyRecord {
        id: row.get("id")?,
        account: row.parse("account")?,
        name: row.get("name")?,
        key: row.json("public_key")?,
        created: row.time("created")?,
        last_used: last_used.map(Timestamp),
    })
}

/// Passkeys of accounts that may come in, where a condition holds.
macro_rules! select {
    ($condition:literal) => {
        concat!(
            "SELECT p.id, p.account, p.name, p.public_key, p.created, p.last_used
             FROM passkeys p JOIN accounts a ON a.id = p.account
             WHERE a.blocked IS NULL AND ",
            $condition
        )
    };
}

#[async_trait]
impl PasskeyStore for Store {
    async fn passkeys_of(&self, account: AccountId) -> Result<Vec<PasskeyRecord>, StoreError> {
        const ACTION: &str = "list passkeys";
        let query = sqlx::query(select!("p.account = $1 ORDER BY p.created, p.id"))
            .bind(account.to_string());
        let mut db = self.reader(ACTION).await?;
        let rows = self.count.all(&mut db, ACTION, query).await?;
        rows.iter().map(read).collect()
    }

    async fn passkey(&self, id: &str) -> Result<Option<PasskeyRecord>, StoreError> {
        const ACTION: &str = "find a passkey";
        let query = sqlx::query(select!("p.id = $1")).bind(id);
        let mut db = self.reader(ACTION).await?;
        let row = self.count.one(&mut db, ACTION, query).await?;
        row.as_ref().map(read).transpose()
    }

    async fn add_passkey(&self, passkey: &PasskeyRecord) -> Result<(), StoreError> {
        const ACTION: &str = "add a passkey";
        let query = sqlx::query(
            "INSERT INTO passkeys (id, account, name, public_key, created, last_used)
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(&passkey.id)
        .bind(passkey.account.to_string())
        .bind(&passkey.name)
        .bind(to_json("passkey", &passkey.key)?)
        .bind(passkey.created.0)
        .bind(passkey.last_used.map(|at| at.0));
        let mut db = self.writer(ACTION).await?;
        let added = self.count.run(&mut db, ACTION, query).await;
        added.map_err(|failure| {
            if failure.is_unique_violation() {
                failure.or_taken(|| "the passkey".into())
            } else {
                failure.or_missing(|| "such account".into())
            }
        })?;
        Ok(())
    }

    async fn use_passkey(&self, id: &str, key: &Passkey, at: Timestamp) -> Result<(), StoreError> {
        let query =
            sqlx::query("UPDATE passkeys SET public_key = $1, last_used = $2 WHERE id = $3")
                .bind(to_json("passkey", key)?)
                .bind(at.0)
                .bind(id);
        self.change_of_person("record that a passkey was used", query)
            .await?;
        Ok(())
    }

    async fn rename_passkey(
        &self,
        account: AccountId,
        id: &str,
        name: &str,
    ) -> Result<bool, StoreError> {
        let query = sqlx::query("UPDATE passkeys SET name = $1 WHERE id = $2 AND account = $3")
            .bind(name)
            .bind(id)
            .bind(account.to_string());
        Ok(self.change_of_person("rename a passkey", query).await? > 0)
    }

    async fn remove_passkey(&self, account: AccountId, id: &str) -> Result<bool, StoreError> {
        let query = sqlx::query("DELETE FROM passkeys WHERE id = $1 AND account = $2")
            .bind(id)
            .bind(account.to_string());
        let removed = self.change_what_proves("remove a passkey", account, query);
        Ok(removed.await? > 0)
    }

    async fn passkey_follows(&self, account: AccountId) -> Result<bool, StoreError> {
        const ACTION: &str = "find out what follows a password";
        let query = sqlx::query("SELECT passkey_follows FROM accounts WHERE id = $1")
            .bind(account.to_string());
        let mut db = self.reader(ACTION).await?;
        let row = self.count.one(&mut db, ACTION, query).await?;
        let follows = row.map(|row| Reader::new("account", &row).get("passkey_follows"));
        Ok(follows.transpose()?.unwrap_or(false))
    }

    async fn set_passkey_follows(&self, account: AccountId, it: bool) -> Result<(), StoreError> {
        let query = sqlx::query("UPDATE accounts SET passkey_follows = $1 WHERE id = $2")
            .bind(it)
            .bind(account.to_string());
        self.change_what_proves("say what follows a password", account, query)
            .await?;
        Ok(())
    }
}
