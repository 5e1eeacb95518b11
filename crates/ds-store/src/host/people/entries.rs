//! Accounts as admins see them.

use ds_auth::people::AccountEntry;
use ds_core::{AccountId, StoreError, Timestamp};
use sqlx::sqlite::SqliteRow;

use super::Store;
use crate::{host::accounts, query::within, row::Reader};

/// Accounts with what admins see of them, where a condition holds.
macro_rules! select {
    ($condition:literal) => {
        concat!(
            "SELECT accounts.*,
             EXISTS (SELECT 1 FROM account_removals r WHERE r.account = accounts.id) AS is_leaving,
             (SELECT MAX(s.expires) FROM sessions s
              WHERE s.account = accounts.id AND s.appspace IS NULL) AS site_until,
             (SELECT MAX(s.created) FROM sessions s WHERE s.account = accounts.id) AS last_begun
             FROM accounts WHERE ",
            $condition
        )
    };
}

fn read_entry(row: &SqliteRow) -> Result<AccountEntry, StoreError> {
    let account = accounts::read(row)?;
    let row = Reader::new("account", row);
    let time = |column| Ok::<_, StoreError>(row.get::<Option<i64>>(column)?.map(Timestamp));
    Ok(AccountEntry {
        account,
        name: row.get("name")?,
        blocked: time("blocked")?,
        is_leaving: row.get("is_leaving")?,
        site_until: time("site_until")?,
        last_begun: time("last_begun")?,
    })
}

impl Store {
    pub(super) async fn list_entries(
        &self,
        find: &str,
        skip: u32,
        most: u32,
    ) -> Result<Vec<AccountEntry>, StoreError> {
        const ACTION: &str = "list accounts";
        let query = sqlx::query(select!(
            "(accounts.email REGEXP $1 OR accounts.name REGEXP $1) ORDER BY created, id LIMIT $2 OFFSET $3"
        ))
        .bind(within(find))
        .bind(i64::from(most))
        .bind(i64::from(skip));
        let mut db = self.reader(ACTION).await?;
        let rows = self.count.all(&mut db, ACTION, query).await?;
        rows.iter().map(read_entry).collect()
    }

    pub(super) async fn one_entry(
        &self,
        id: AccountId,
    ) -> Result<Option<AccountEntry>, StoreError> {
        const ACTION: &str = "find an account";
        let query = sqlx::query(select!("accounts.id = $1")).bind(id.to_string());
        let mut db = self.reader(ACTION).await?;
        let row = self.count.one(&mut db, ACTION, query).await?;
        row.as_ref().map(read_entry).transpose()
    }
}
