//! Sessions.

use async_trait::async_trait;
use ds_auth::{Epoch, Session, SessionStore, Subject};
use ds_core::{AccountId, AppspaceId, ProxyId, StoreError, Timestamp, secret::TokenHash};
use sqlx::{SqliteConnection, sqlite::SqliteRow};

use super::Store;
use crate::{
    query::{Query, unless_blocked},
    row::Reader,
};

pub(super) fn read(row: &SqliteRow) -> Result<Session, StoreError> {
    let row = Reader::new("session", row);
    let subject = match row.parse_option("appspace")? {
        None => Subject::Account(row.parse("account")?),
        Some(appspace) => Subject::Member {
            appspace,
            proxy_id: row.parse("proxy_id")?,
            account: row.parse_option("account")?,
        },
    };
    Ok(Session {
        subject,
        created: row.time("created")?,
        expires: row.time("expires")?,
    })
}

pub(super) fn number(epoch: Epoch) -> i64 {
    i64::try_from(epoch.0).unwrap_or(i64::MAX)
}

impl Store {
    /// Lets no login of an account that is under way come to its end; a part of whatever changes what proves who somebody is.
    pub(super) async fn outdate(
        &self,
        on: &mut SqliteConnection,
        action: &'static str,
        account: AccountId,
    ) -> Result<Epoch, StoreError> {
        let next = sqlx::query("UPDATE epochs SET last = last + 1 RETURNING last");
        let row = self.count.one(on, action, next).await?;
        let last = row.map(|row| Reader::new("epoch", &row).number("last"));
        let last = Epoch(last.transpose()?.unwrap_or_default());
        let outdated = sqlx::query("UPDATE accounts SET epoch = $1 WHERE id = $2")
            .bind(number(last))
            .bind(account.to_string());
        self.count.run(on, action, outdated).await?;
        let codes = sqlx::query("DELETE FROM authorization_codes WHERE account = $1")
            .bind(account.to_string());
        self.count.run(on, action, codes).await?;
        Ok(last)
    }

    async fn change_sessions(
        &self,
        action: &'static str,
        query: Query<'_>,
    ) -> Result<(), StoreError> {
        let mut db = self.writer(action).await?;
        self.count.run(&mut db, action, query).await?;
        Ok(())
    }
}

#[async_trait]
impl SessionStore for Store {
    async fn epoch(&self) -> Result<Epoch, StoreError> {
        const ACTION: &str = "begin a login";
        let mut db = self.reader(ACTION).await?;
        let query = sqlx::query("SELECT last FROM epochs");
        let row = self.count.one(&mut db, ACTION, query).await?;
        let last = row.map(|row| Reader::new("epoch", &row).number("last"));
        Ok(Epoch(last.transpose()?.unwrap_or_default()))
    }

    async fn outdate_logins(&self, account: AccountId) -> Result<Epoch, StoreError> {
        const ACTION: &str = "end logins that are under way";
        let mut db = self.writer(ACTION).await?;
        let mut all = self.count.begin(&mut db, ACTION).await?;
        let since = self.outdate(&mut all, ACTION, account).await?;
        self.count.commit(all, ACTION).await?;
        Ok(since)
    }

    async fn add_session(
        &self,
        token: &TokenHash,
        session: &Session,
        since: Option<Epoch>,
    ) -> Result<(), StoreError> {
        const ACTION: &str = "begin a session";
        let (account, appspace, proxy_id) = match &session.subject {
            Subject::Account(account) => (Some(*account), None, None),
            Subject::Member {
                appspace,
                proxy_id,
                account,
            } => (*account, Some(*appspace), Some(proxy_id)),
        };
        let query = sqlx::query(
            "INSERT INTO sessions (token_hash, account, appspace, proxy_id, created, expires)
             SELECT $1, $2, $3, $4, $5, $6
             WHERE NOT EXISTS (SELECT 1 FROM accounts
                               WHERE id = $2 AND (blocked IS NOT NULL OR epoch > $7))",
        )
        .bind(token.as_str())
        .bind(account.map(|id| id.to_string()))
        .bind(appspace.map(|id| id.to_string()))
        .bind(proxy_id.map(ProxyId::as_str))
        .bind(session.created.0)
        .bind(session.expires.0)
        .bind(since.map_or(i64::MAX, number));
        let mut db = self.writer(ACTION).await?;
        let added = self.count.run(&mut db, ACTION, query).await;
        unless_blocked(
            added,
            "the session",
            "such account or appspace to log in to",
        )
    }

    async fn may_begin(&self, account: AccountId, since: Option<Epoch>) -> Result<(), StoreError> {
        const ACTION: &str = "look whether a session may begin";
        let query =
            sqlx::query("SELECT 1 FROM accounts WHERE id = $1 AND blocked IS NULL AND epoch <= $2")
                .bind(account.to_string())
                .bind(since.map_or(i64::MAX, number));
        let mut db = self.reader(ACTION).await?;
        let found = self.count.one(&mut db, ACTION, query).await?;
        found.map(drop).ok_or_else(|| StoreError::Missing {
            what: "such account to log in to".to_owned(),
        })
    }

    async fn session(&self, token: &TokenHash) -> Result<Option<Session>, StoreError> {
        const ACTION: &str = "find a session";
        let query = sqlx::query(
            "SELECT account, appspace, proxy_id, created, expires FROM sessions
             WHERE token_hash = $1",
        )
        .bind(token.as_str());
        let mut db = self.reader(ACTION).await?;
        let row = self.count.one(&mut db, ACTION, query).await?;
        row.as_ref().map(read).transpose()
    }

    async fn extend_session(&self, token: &TokenHash, to: Timestamp) -> Result<(), StoreError> {
        let query = sqlx::query("UPDATE sessions SET expires = $1 WHERE token_hash = $2")
            .bind(to.0)
            .bind(token.as_str());
        self.change_sessions("extend a session", query).await
    }

    async fn remove_session(&self, token: &TokenHash) -> Result<bool, StoreError> {
        const ACTION: &str = "end a session";
        let query = sqlx::query("DELETE FROM sessions WHERE token_hash = $1").bind(token.as_str());
        let mut db = self.writer(ACTION).await?;
        Ok(self.count.run(&mut db, ACTION, query).await? > 0)
    }

    async fn keep_newest(
        &self,
        appspace: AppspaceId,
        proxy_id: &ProxyId,
        most: u32,
    ) -> Result<Vec<TokenHash>, StoreError> {
        const ACTION: &str = "end the oldest sessions of a member";
        let query = sqlx::query(
            "DELETE FROM sessions WHERE token_hash IN
             (SELECT token_hash FROM sessions WHERE appspace = $1 AND proxy_id = $2
              ORDER BY expires DESC, created DESC, token_hash LIMIT -1 OFFSET $3)
             RETURNING token_hash",
        )
        .bind(appspace.to_string())
        .bind(proxy_id.as_str())
        .bind(i64::from(most));
        let mut db = self.writer(ACTION).await?;
        let rows = self.count.all(&mut db, ACTION, query).await?;
        let token = |row| Reader::new("session", row).get("token_hash");
        let ended = rows.iter().map(|row| token(row).map(TokenHash::stored));
        ended.collect()
    }

    async fn remove_sessions_of_member(
        &self,
        appspace: AppspaceId,
        proxy_id: &ProxyId,
    ) -> Result<(), StoreError> {
        let query = sqlx::query("DELETE FROM sessions WHERE appspace = $1 AND proxy_id = $2")
            .bind(appspace.to_string())
            .bind(proxy_id.as_str());
        self.change_sessions("end the sessions of a member", query)
            .await
    }

    async fn remove_sessions_of_account(&self, account: AccountId) -> Result<(), StoreError> {
        let query =
            sqlx::query("DELETE FROM sessions WHERE account = $1").bind(account.to_string());
        self.change_sessions("end the sessions of an account", query)
            .await
    }

    async fn purge_sessions(&self, now: Timestamp) -> Result<(), StoreError> {
        let query = sqlx::query("DELETE FROM sessions WHERE expires < $1").bind(now.0);
        self.change_sessions("remove expired sessions", query).await
    }
}
