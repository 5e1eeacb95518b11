//! API keys, secret links, and programs that members let in.

use std::collections::BTreeSet;

use async_trait::async_trait;
use ds_auth::{MemberToken, MemberTokenStore, TokenKind};
use ds_core::{
    AccountId, AppspaceId, MemberTokenId, Permission, ProxyId, StoreError, Timestamp,
    secret::TokenHash,
};
use sqlx::sqlite::SqliteRow;

use super::Store;
use crate::{
    query::unless_blocked,
    row::{Reader, to_json},
};

const WHAT: &str = "key of an appspace";

/// Tokens where a condition holds.
macro_rules! select {
    ($condition:literal) => {
        concat!(
            "SELECT id, appspace, member, account, kind, name, scope, path, created, expires, last_used
             FROM member_tokens WHERE ",
            $condition
        )
    };
}

fn read(row: &SqliteRow) -> Result<MemberToken, StoreError> {
    let row = Reader::new(WHAT, row);
    let time = |column| Ok::<_, StoreError>(row.get::<Option<i64>>(column)?.map(Timestamp));
    let scope: Option<&str> = row.get("scope")?;
    let kind: &str = row.get("kind")?;
    let broken = |source: String| StoreError::Broken {
        what: WHAT,
        source: source.into(),
    };
    Ok(MemberToken {
        id: row.parse("id")?,
        appspace: row.parse("appspace")?,
        member: row.parse("member")?,
        account: row.parse_option("account")?,
        kind: TokenKind::read(kind).ok_or_else(|| broken(format!("no kind is `{kind}`")))?,
        name: row.get("name")?,
        scope: scope
            .map(|_| row.json::<BTreeSet<Permission>>("scope"))
            .transpose()?,
        path: row.get("path")?,
        created: row.time("created")?,
        expires: time("expires")?,
        last_used: time("last_used")?,
    })
}

#[async_trait]
impl MemberTokenStore for Store {
    async fn add_member_token(
        &self,
        hash: &TokenHash,
        token: &MemberToken,
    ) -> Result<(), StoreError> {
        const ACTION: &str = "record a key of an appspace";
        let scope = token.scope.as_ref();
        let scope = scope.map(|scope| to_json(WHAT, scope)).transpose()?;
        let query = sqlx::query(
            "INSERT INTO member_tokens (id, token_hash, appspace, member, account, kind, name, scope, path,
                 created, expires, last_used)
             SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12
             WHERE NOT EXISTS (SELECT 1 FROM accounts WHERE id = $5 AND blocked IS NOT NULL)",
        )
        .bind(token.id.to_string())
        .bind(hash.as_str())
        .bind(token.appspace.to_string())
        .bind(token.member.as_str())
        .bind(token.account.map(|id| id.to_string()))
        .bind(token.kind.as_str())
        .bind(&token.name)
        .bind(scope)
        .bind(&token.path)
        .bind(token.created.0)
        .bind(token.expires.map(|time| time.0))
        .bind(token.last_used.map(|time| time.0));
        let mut db = self.writer(ACTION).await?;
        let added = self.count.run(&mut db, ACTION, query).await;
        unless_blocked(added, "the key", "such appspace or account")
    }

    async fn member_token(&self, hash: &TokenHash) -> Result<Option<MemberToken>, StoreError> {
        const ACTION: &str = "find a key of an appspace";
        let query = sqlx::query(select!("token_hash = $1")).bind(hash.as_str());
        let mut db = self.reader(ACTION).await?;
        let row = self.count.one(&mut db, ACTION, query).await?;
        row.as_ref().map(read).transpose()
    }

    async fn member_tokens(&self, appspace: AppspaceId) -> Result<Vec<MemberToken>, StoreError> {
        const ACTION: &str = "list the keys of an appspace";
        let query = sqlx::query(select!("appspace = $1 ORDER BY created, id"));
        let query = query.bind(appspace.to_string());
        let mut db = self.reader(ACTION).await?;
        let rows = self.count.all(&mut db, ACTION, query).await?;
        rows.iter().map(read).collect()
    }

    async fn note_member_token(
        &self,
        id: MemberTokenId,
        used: Timestamp,
    ) -> Result<(), StoreError> {
        const ACTION: &str = "note that a key is used";
        let query = sqlx::query("UPDATE member_tokens SET last_used = $1 WHERE id = $2")
            .bind(used.0)
            .bind(id.to_string());
        let mut db = self.writer(ACTION).await?;
        self.count.run(&mut db, ACTION, query).await?;
        Ok(())
    }

    async fn remove_member_token(
        &self,
        appspace: AppspaceId,
        id: MemberTokenId,
    ) -> Result<Option<TokenHash>, StoreError> {
        const ACTION: &str = "remove a key";
        let query = sqlx::query(
            "DELETE FROM member_tokens WHERE id = $1 AND appspace = $2 RETURNING token_hash",
        )
        .bind(id.to_string())
        .bind(appspace.to_string());
        let mut db = self.writer(ACTION).await?;
        let row = self.count.one(&mut db, ACTION, query).await?;
        let hash = row.map(|row| {
            Reader::new(WHAT, &row)
                .get("token_hash")
                .map(TokenHash::stored)
        });
        hash.transpose()
    }

    async fn remove_tokens_of_member(
        &self,
        appspace: AppspaceId,
        member: &ProxyId,
    ) -> Result<(), StoreError> {
        const ACTION: &str = "remove the keys of a member";
        let query = sqlx::query("DELETE FROM member_tokens WHERE appspace = $1 AND member = $2")
            .bind(appspace.to_string())
            .bind(member.as_str());
        let mut db = self.writer(ACTION).await?;
        self.count.run(&mut db, ACTION, query).await?;
        Ok(())
    }

    async fn remove_clients_of_account(&self, account: AccountId) -> Result<(), StoreError> {
        const ACTION: &str = "remove the programs that somebody let in";
        let query = sqlx::query("DELETE FROM member_tokens WHERE account = $1 AND kind = 'client'")
            .bind(account.to_string());
        let mut db = self.writer(ACTION).await?;
        self.count.run(&mut db, ACTION, query).await?;
        Ok(())
    }

    async fn ended_links(&self, now: Timestamp) -> Result<Vec<(AppspaceId, ProxyId)>, StoreError> {
        const ACTION: &str = "list links that have ended";
        let query = sqlx::query(
            "SELECT appspace, member FROM member_tokens
             WHERE kind = 'link' AND expires <= $1 AND EXISTS (
                 SELECT 1 FROM sessions
                 WHERE sessions.appspace = member_tokens.appspace AND proxy_id = member_tokens.member)",
        )
        .bind(now.0);
        let mut db = self.reader(ACTION).await?;
        let rows = self.count.all(&mut db, ACTION, query).await?;
        let read = |row: &SqliteRow| {
            let row = Reader::new(WHAT, row);
            Ok((row.parse("appspace")?, row.parse("member")?))
        };
        rows.iter().map(read).collect()
    }

    async fn purge_clients(&self, unused_since: Timestamp) -> Result<(), StoreError> {
        const ACTION: &str = "forget programs that are not used";
        let query = sqlx::query(
            "DELETE FROM member_tokens WHERE kind = 'client' AND COALESCE(last_used, created) <= $1",
        )
        .bind(unused_since.0);
        let mut db = self.writer(ACTION).await?;
        self.count.run(&mut db, ACTION, query).await?;
        Ok(())
    }
}
