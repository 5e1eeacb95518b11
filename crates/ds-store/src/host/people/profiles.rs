//! Names of accounts, and addresses that they are to have.

use async_trait::async_trait;
use ds_auth::{
    Epoch, Standing,
    people::{AddressChange, ProfileStore},
};
use ds_core::{AccountId, StoreError, Timestamp, secret::TokenHash};
use sqlx::{SqliteConnection, sqlite::SqliteRow};

use super::{Store, missing};
use crate::{host::sessions::number, row::Reader};

fn read(row: &SqliteRow) -> Result<AddressChange, StoreError> {
    let row = Reader::new("address to be changed", row);
    Ok(AddressChange {
        account: row.parse("account")?,
        email: row.get("email")?,
        expires: row.time("expires")?,
    })
}

impl Store {
    /// Gives an account an address, if it was not changed since then; what went to the old one ends, and so do logins by it that are under way.
    async fn put_address(
        &self,
        on: &mut SqliteConnection,
        action: &'static str,
        id: AccountId,
        email: &str,
        is_proven: bool,
        since: Option<Epoch>,
    ) -> Result<(), StoreError> {
        let left = sqlx::query(
            "INSERT INTO left_addresses (account, email)
             SELECT id, email FROM accounts WHERE id = $1 AND email_proven AND email <> $2
             ON CONFLICT DO NOTHING",
        )
        .bind(id.to_string())
        .bind(email);
        self.count.run(on, action, left).await?;
        let back = sqlx::query("DELETE FROM left_addresses WHERE account = $1 AND email = $2")
            .bind(id.to_string())
            .bind(email);
        self.count.run(on, action, back).await?;
        let set = sqlx::query(
            "UPDATE accounts SET email = $1, email_proven = $2 WHERE id = $3 AND epoch <= $4",
        )
        .bind(email)
        .bind(is_proven)
        .bind(id.to_string())
        .bind(since.map_or(i64::MAX, number));
        let set = self.count.run(on, action, set).await;
        let set = set.map_err(|failure| failure.or_taken(|| format!("an account for {email}")))?;
        if set == 0 {
            return Err(missing("such account"));
        }
        for query in [
            "DELETE FROM address_changes WHERE account = $1",
            "DELETE FROM resets WHERE account = $1",
        ] {
            let query = sqlx::query(query).bind(id.to_string());
            self.count.run(on, action, query).await?;
        }
        self.outdate(on, action, id).await?;
        Ok(())
    }
}

#[async_trait]
impl ProfileStore for Store {
    async fn account_name(&self, id: AccountId) -> Result<String, StoreError> {
        const ACTION: &str = "find somebody's name";
        let query = sqlx::query("SELECT name FROM accounts WHERE id = $1").bind(id.to_string());
        let mut db = self.reader(ACTION).await?;
        let row = self.count.one(&mut db, ACTION, query).await?;
        let name = row.map(|row| Reader::new("account", &row).get("name"));
        Ok(name.transpose()?.unwrap_or_default())
    }

    async fn set_account_name(&self, id: AccountId, name: &str) -> Result<(), StoreError> {
        let query = sqlx::query("UPDATE accounts SET name = $1 WHERE id = $2")
            .bind(name)
            .bind(id.to_string());
        match self.change_of_person("change a name", query).await? {
            0 => Err(missing("such account")),
            _ => Ok(()),
        }
    }

    async fn add_address_change(
        &self,
        token: &TokenHash,
        change: &AddressChange,
        since: Epoch,
    ) -> Result<(), StoreError> {
        let query = sqlx::query(
            "INSERT INTO address_changes (token_hash, account, email, expires)
             SELECT $1, $2, $3, $4 WHERE EXISTS (SELECT 1 FROM accounts WHERE id = $2 AND epoch <= $5)
             ON CONFLICT (account) DO UPDATE
             SET token_hash = excluded.token_hash, email = excluded.email, expires = excluded.expires",
        )
        .bind(token.as_str())
        .bind(change.account.to_string())
        .bind(&change.email)
        .bind(change.expires.0)
        .bind(number(since));
        let added = self.change_of_person("begin to change an address", query);
        match added.await? {
            0 => Err(missing("such account")),
            _ => Ok(()),
        }
    }

    async fn address_change(&self, token: &TokenHash) -> Result<Option<AddressChange>, StoreError> {
        const ACTION: &str = "find an address to be changed";
        let query = sqlx::query(
            "SELECT account, email, expires FROM address_changes WHERE token_hash = $1",
        )
        .bind(token.as_str());
        let mut db = self.reader(ACTION).await?;
        let row = self.count.one(&mut db, ACTION, query).await?;
        row.as_ref().map(read).transpose()
    }

    async fn address_change_of(&self, id: AccountId) -> Result<Option<AddressChange>, StoreError> {
        const ACTION: &str = "find an address to be changed";
        let query =
            sqlx::query("SELECT account, email, expires FROM address_changes WHERE account = $1")
                .bind(id.to_string());
        let mut db = self.reader(ACTION).await?;
        let row = self.count.one(&mut db, ACTION, query).await?;
        row.as_ref().map(read).transpose()
    }

    async fn end_address_change(&self, id: AccountId) -> Result<(), StoreError> {
        let query =
            sqlx::query("DELETE FROM address_changes WHERE account = $1").bind(id.to_string());
        self.change_of_person("give a change of address up", query)
            .await?;
        Ok(())
    }

    async fn use_address_change(
        &self,
        token: &TokenHash,
        id: AccountId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const ACTION: &str = "change an address";
        let mut db = self.writer(ACTION).await?;
        let mut all = self.count.begin(&mut db, ACTION).await?;
        let used = sqlx::query(
            "DELETE FROM address_changes WHERE token_hash = $1 AND account = $2 AND expires > $3
             RETURNING email",
        )
        .bind(token.as_str())
        .bind(id.to_string())
        .bind(now.0);
        let Some(row) = self.count.one(&mut all, ACTION, used).await? else {
            return Err(missing("such change of address"));
        };
        let email: String = Reader::new("address to be changed", &row).get("email")?;
        self.put_address(&mut all, ACTION, id, &email, true, None)
            .await?;
        Ok(self.count.commit(all, ACTION).await?)
    }

    async fn set_address(
        &self,
        id: AccountId,
        email: &str,
        is_proven: bool,
    ) -> Result<(), StoreError> {
        const ACTION: &str = "change an address";
        let mut db = self.writer(ACTION).await?;
        let mut all = self.count.begin(&mut db, ACTION).await?;
        self.put_address(&mut all, ACTION, id, email, is_proven, None)
            .await?;
        Ok(self.count.commit(all, ACTION).await?)
    }

    async fn set_address_of(&self, who: Standing, email: &str) -> Result<(), StoreError> {
        const ACTION: &str = "change an address";
        let mut db = self.writer(ACTION).await?;
        let mut all = self.count.begin(&mut db, ACTION).await?;
        let (id, since) = (who.account, Some(who.since));
        self.put_address(&mut all, ACTION, id, email, false, since)
            .await?;
        Ok(self.count.commit(all, ACTION).await?)
    }

    async fn left_addresses(&self, id: AccountId) -> Result<Vec<String>, StoreError> {
        const ACTION: &str = "find addresses that an account has left";
        let query =
            sqlx::query("SELECT email FROM left_addresses WHERE account = $1 ORDER BY email")
                .bind(id.to_string());
        let mut db = self.reader(ACTION).await?;
        let rows = self.count.all(&mut db, ACTION, query).await?;
        let email = |row| Reader::new("address that was left", row).get("email");
        rows.iter().map(email).collect()
    }

    async fn vouch_for_address(&self, id: AccountId, email: &str) -> Result<bool, StoreError> {
        let query =
            sqlx::query("UPDATE accounts SET email_proven = $1 WHERE id = $2 AND email = $3")
                .bind(true)
                .bind(id.to_string())
                .bind(email);
        Ok(self.change_of_person("vouch for an address", query).await? > 0)
    }

    async fn purge_address_changes(&self, before: Timestamp) -> Result<(), StoreError> {
        let query = sqlx::query("DELETE FROM address_changes WHERE expires < $1").bind(before.0);
        self.change_of_person("remove old changes of address", query)
            .await?;
        Ok(())
    }
}
