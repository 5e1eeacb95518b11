//! Accounts that are removed with all they have, and what goes with one.

use ds_auth::people::{AccountChange, Removal};
use ds_core::{AccountId, StoreError};
use sqlx::SqliteConnection;

use super::Store;
use crate::{query::Query, row::Reader};

impl Store {
    /// What ends when an account is blocked.
    pub(super) fn shut_out<'q>(id: AccountId) -> [Query<'q>; 6] {
        [
            "DELETE FROM sessions WHERE account = $1",
            "DELETE FROM member_tokens WHERE account = $1",
            "DELETE FROM invitations WHERE invited_by = $1",
            "DELETE FROM resets WHERE account = $1",
            "DELETE FROM resets WHERE made_by = $1",
            "DELETE FROM address_changes WHERE account = $1",
        ]
        .map(|query| sqlx::query(query).bind(id.to_string()))
    }

    /// Whether an account is being removed.
    pub(super) async fn is_leaving(
        &self,
        db: &mut SqliteConnection,
        id: AccountId,
    ) -> Result<bool, StoreError> {
        const ACTION: &str = "look whether an account is being removed";
        let query = sqlx::query("SELECT 1 FROM account_removals WHERE account = $1");
        let found = self.count.one(db, ACTION, query.bind(id.to_string()));
        Ok(found.await?.is_some())
    }

    pub(super) async fn record_removal(
        &self,
        removal: &Removal,
    ) -> Result<AccountChange, StoreError> {
        const ACTION: &str = "begin to remove an account";
        let id = removal.account;
        let mut db = self.writer(ACTION).await?;
        let mut all = self.count.begin(&mut db, ACTION).await?;
        if let Err(refused) = self.is_there(&mut all, id).await? {
            return Ok(refused);
        }
        let add = sqlx::query(
            "INSERT INTO account_removals (account, asked_by, begun) VALUES ($1, $2, $3)
             ON CONFLICT (account) DO NOTHING",
        )
        .bind(id.to_string())
        .bind(removal.by.map(|by| by.to_string()))
        .bind(removal.begun.0);
        let block =
            sqlx::query("UPDATE accounts SET blocked = $1 WHERE id = $2 AND blocked IS NULL")
                .bind(removal.begun.0)
                .bind(id.to_string());
        for query in [add, block].into_iter().chain(Self::shut_out(id)) {
            self.count.run(&mut all, ACTION, query).await?;
        }
        self.outdate(&mut all, ACTION, id).await?;
        self.count.commit(all, ACTION).await?;
        Ok(AccountChange::Done)
    }

    pub(super) async fn list_removals(&self) -> Result<Vec<Removal>, StoreError> {
        const ACTION: &str = "list accounts that are being removed";
        let query = sqlx::query(
            "SELECT account, asked_by, begun FROM account_removals ORDER BY begun, account",
        );
        let mut db = self.reader(ACTION).await?;
        let rows = self.count.all(&mut db, ACTION, query).await?;
        let read = |row| {
            let row = Reader::new("removal of an account", row);
            Ok(Removal {
                account: row.parse("account")?,
                by: row.parse_option("asked_by")?,
                begun: row.time("begun")?,
            })
        };
        rows.iter().map(read).collect()
    }
}
