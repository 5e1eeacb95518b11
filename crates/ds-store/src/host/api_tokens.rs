//! Tokens of the API.

use async_trait::async_trait;
use ds_auth::{ApiToken, ApiTokenStore, Epoch};
use ds_core::{AccountId, ApiTokenId, StoreError, Timestamp, secret::TokenHash};
use sqlx::sqlite::SqliteRow;

use super::{Store, sessions::number};
use crate::{query::unless_blocked, row::Reader};

fn read(row: &SqliteRow) -> Result<ApiToken, StoreError> {
    let row = Reader::new("API token", row);
    let time = |column| Ok::<_, StoreError>(row.get::<Option<i64>>(column)?.map(Timestamp));
    Ok(ApiToken {
        id: row.parse("id")?,
        account: row.parse("account")?,
        name: row.get("name")?,
        scope: row.parse("scope")?,
        created: row.time("created")?,
        expires: time("expires")?,
        last_used: time("last_used")?,
    })
}

#[async_trait]
impl ApiTokenStore for Store {
    async fn add_api_token(
        &self,
        hash: &TokenHash,
        token: &ApiToken,
        since: Epoch,
    ) -> Result<(), StoreError> {
        const ACTION: &str = "record an API token";
        let query = sqlx::query(
            "INSERT INTO api_tokens (id, token_hash, account, name, scope, created, expires, last_used)
             SELECT $1, $2, $3, $4, $5, $6, $7, $8
             WHERE EXISTS (SELECT 1 FROM accounts
                           WHERE id = $3 AND blocked IS NULL AND epoch <= $9)",
        )
        .bind(token.id.to_string())
        .bind(hash.as_str())
        .bind(token.account.to_string())
        .bind(&token.name)
        .bind(token.scope.name())
        .bind(token.created.0)
        .bind(token.expires.map(|time| time.0))
        .bind(token.last_used.map(|time| time.0))
        .bind(number(since));
        let mut db = self.writer(ACTION).await?;
        let added = self.count.run(&mut db, ACTION, query).await;
        unless_blocked(added, "the API token", "such account that may have tokens")
    }

    async fn api_token(&self, hash: &TokenHash) -> Result<Option<ApiToken>, StoreError> {
        const ACTION: &str = "find an API token";
        let query = sqlx::query(
            "SELECT id, account, name, scope, created, expires, last_used FROM api_tokens
             WHERE token_hash = $1
             AND NOT EXISTS (SELECT 1 FROM accounts a WHERE a.id = account AND a.blocked IS NOT NULL)",
        )
        .bind(hash.as_str());
        let mut db = self.reader(ACTION).await?;
        let row = self.count.one(&mut db, ACTION, query).await?;
        row.as_ref().map(read).transpose()
    }

    async fn api_tokens_of(&self, account: AccountId) -> Result<Vec<ApiToken>, StoreError> {
        const ACTION: &str = "list the API tokens of an account";
        let query = sqlx::query(
            "SELECT id, account, name, scope, created, expires, last_used FROM api_tokens
             WHERE account = $1 ORDER BY created, id",
        )
        .bind(account.to_string());
        let mut db = self.reader(ACTION).await?;
        let rows = self.count.all(&mut db, ACTION, query).await?;
        rows.iter().map(read).collect()
    }

    async fn note_api_token(&self, id: ApiTokenId, used: Timestamp) -> Result<(), StoreError> {
        const ACTION: &str = "note that an API token is used";
        let query = sqlx::query("UPDATE api_tokens SET last_used = $1 WHERE id = $2")
            .bind(used.0)
            .bind(id.to_string());
        let mut db = self.writer(ACTION).await?;
        self.count.run(&mut db, ACTION, query).await?;
        Ok(())
    }

    async fn remove_api_token(&self, account: AccountId, id: ApiTokenId) -> Result<(), StoreError> {
        const ACTION: &str = "revoke an API token";
        let query = sqlx::query("DELETE FROM api_tokens WHERE id = $1 AND account = $2")
            .bind(id.to_string())
            .bind(account.to_string());
        let mut db = self.writer(ACTION).await?;
        if self.count.run(&mut db, ACTION, query).await? == 0 {
            return Err(StoreError::Missing {
                what: "such API token".into(),
            });
        }
        Ok(())
    }
}
