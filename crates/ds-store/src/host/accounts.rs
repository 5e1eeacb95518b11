//! Accounts.

use std::collections::HashMap;

use async_trait::async_trait;
use ds_auth::{Account, AccountStore, Epoch};
use ds_core::{AccountId, StoreError};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection, sqlite::SqliteRow};

use super::Store;
use crate::{query::Query, row::Reader};

/// About how many accounts is asked at once.
const AT_ONCE: usize = 500;

pub(super) fn read(row: &SqliteRow) -> Result<Account, StoreError> {
    let row = Reader::new("account", row);
    Ok(Account {
        id: row.parse("id")?,
        email: row.get("email")?,
        email_proven: row.get("email_proven")?,
        is_admin: row.get("is_admin")?,
        created: row.time("created")?,
    })
}

impl Store {
    /// Adds an account; a part of whatever makes one.
    pub(super) async fn insert_account(
        &self,
        on: &mut SqliteConnection,
        action: &'static str,
        account: &Account,
        password_hash: &str,
    ) -> Result<(), StoreError> {
        let query = sqlx::query(
            "INSERT INTO accounts (id, email, password_hash, is_admin, created, email_proven)
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(account.id.to_string())
        .bind(&account.email)
        .bind(password_hash)
        .bind(account.is_admin)
        .bind(account.created.0)
        .bind(account.email_proven);
        let added = self.count.run(on, action, query).await;
        added
            .map(drop)
            .map_err(|failure| failure.or_taken(|| format!("an account for {}", account.email)))
    }
}

#[async_trait]
impl AccountStore for Store {
    async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        const ACTION: &str = "list accounts";
        let query = sqlx::query(
            "SELECT id, email, email_proven, is_admin, created FROM accounts ORDER BY created, id",
        );
        let mut db = self.reader(ACTION).await?;
        let rows = self.count.all(&mut db, ACTION, query).await?;
        rows.iter().map(read).collect()
    }

    async fn has_accounts(&self) -> Result<bool, StoreError> {
        const ACTION: &str = "look whether there is an account";
        let query = sqlx::query("SELECT 1 FROM accounts LIMIT 1");
        let mut db = self.reader(ACTION).await?;
        Ok(self.count.one(&mut db, ACTION, query).await?.is_some())
    }

    async fn account(&self, id: AccountId) -> Result<Option<Account>, StoreError> {
        const ACTION: &str = "find an account";
        let query = sqlx::query(
            "SELECT id, email, email_proven, is_admin, created FROM accounts WHERE id = $1",
        )
        .bind(id.to_string());
        let mut db = self.reader(ACTION).await?;
        let row = self.count.one(&mut db, ACTION, query).await?;
        row.as_ref().map(read).transpose()
    }

    async fn emails_of(&self, ids: &[AccountId]) -> Result<HashMap<AccountId, String>, StoreError> {
        const ACTION: &str = "find mail addresses of accounts";
        let mut found = HashMap::new();
        for some in ids.chunks(AT_ONCE) {
            let mut query =
                QueryBuilder::<Sqlite>::new("SELECT id, email FROM accounts WHERE id IN (");
            let mut list = query.separated(", ");
            for id in some {
                list.push_bind(id.to_string());
            }
            query.push(")");
            let mut db = self.reader(ACTION).await?;
            for row in self.count.all(&mut db, ACTION, query.build()).await? {
                let row = Reader::new("account", &row);
                found.insert(row.parse("id")?, row.get("email")?);
            }
        }
        Ok(found)
    }

    async fn has_account(&self, email: &str) -> Result<bool, StoreError> {
        const ACTION: &str = "look whether an address has an account";
        let query = sqlx::query("SELECT 1 FROM accounts WHERE email = $1").bind(email);
        let mut db = self.reader(ACTION).await?;
        Ok(self.count.one(&mut db, ACTION, query).await?.is_some())
    }

    async fn account_with_password(
        &self,
        email: &str,
    ) -> Result<Option<(Account, String)>, StoreError> {
        const ACTION: &str = "find an account";
        let query = sqlx::query(
            "SELECT id, email, email_proven, is_admin, created, password_hash FROM accounts
             WHERE email = $1 AND blocked IS NULL",
        )
        .bind(email);
        let mut db = self.reader(ACTION).await?;
        match self.count.one(&mut db, ACTION, query).await? {
            None => Ok(None),
            Some(row) => {
                let hash = Reader::new("account", &row).get("password_hash")?;
                Ok(Some((read(&row)?, hash)))
            }
        }
    }

    async fn add_account(&self, account: &Account, password_hash: &str) -> Result<(), StoreError> {
        const ACTION: &str = "add an account";
        let mut db = self.writer(ACTION).await?;
        self.insert_account(&mut db, ACTION, account, password_hash)
            .await
    }

    async fn add_first_account(
        &self,
        account: &Account,
        password_hash: &str,
    ) -> Result<(), StoreError> {
        const ACTION: &str = "add the first account";
        let taken = || StoreError::Taken {
            what: "the place of the first account".into(),
        };
        let query = sqlx::query(
            "INSERT INTO accounts (id, email, password_hash, is_admin, created, email_proven, is_first)
             SELECT $1, $2, $3, $4, $5, $6, 1 WHERE NOT EXISTS (SELECT 1 FROM accounts)",
        )
        .bind(account.id.to_string())
        .bind(&account.email)
        .bind(password_hash)
        .bind(account.is_admin)
        .bind(account.created.0)
        .bind(account.email_proven);
        let mut db = self.writer(ACTION).await?;
        match self.count.run(&mut db, ACTION, query).await {
            Ok(0) => Err(taken()),
            Ok(_) => Ok(()),
            Err(failure) if failure.is_unique_violation() => Err(taken()),
            Err(failure) => Err(failure.into()),
        }
    }

    async fn replace_password(
        &self,
        id: AccountId,
        present: &str,
        new: &str,
    ) -> Result<Option<Epoch>, StoreError> {
        const ACTION: &str = "change a password";
        let query = replacing(id, present, new);
        let mut db = self.writer(ACTION).await?;
        let mut all = self.count.begin(&mut db, ACTION).await?;
        let is_replaced = self.count.run(&mut all, ACTION, query).await? > 0;
        if !is_replaced {
            return Ok(None);
        }
        let since = self.end_by_new_password(&mut all, ACTION, id).await?;
        self.count.commit(all, ACTION).await?;
        Ok(Some(since))
    }

    async fn renew_hash(&self, id: AccountId, present: &str, new: &str) -> Result<(), StoreError> {
        const ACTION: &str = "hash a password anew";
        let query = replacing(id, present, new);
        let mut db = self.writer(ACTION).await?;
        self.count.run(&mut db, ACTION, query).await?;
        Ok(())
    }
}

/// Another hash, if the one that is there is `present`.
fn replacing<'q>(id: AccountId, present: &'q str, new: &'q str) -> Query<'q> {
    sqlx::query("UPDATE accounts SET password_hash = $1 WHERE id = $2 AND password_hash = $3")
        .bind(new)
        .bind(id.to_string())
        .bind(present)
}

impl Store {
    /// Ends what must not outlive a password: sessions, logins and changes that are under way, links to set it anew. Since when.
    pub(super) async fn end_by_new_password(
        &self,
        on: &mut SqliteConnection,
        action: &'static str,
        id: AccountId,
    ) -> Result<Epoch, StoreError> {
        for query in [
            "DELETE FROM sessions WHERE account = $1",
            "DELETE FROM resets WHERE account = $1",
            "DELETE FROM address_changes WHERE account = $1",
            "DELETE FROM second_factors WHERE account = $1 AND NOT is_on",
        ] {
            let query = sqlx::query(query).bind(id.to_string());
            self.count.run(on, action, query).await?;
        }
        self.outdate(on, action, id).await
    }
}
