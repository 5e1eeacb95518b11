//! How people become members of appspaces beside being added by an owner.

use std::collections::BTreeSet;

use async_trait::async_trait;
use ds_auth::joining::{
    JoinBar, JoinLink, JoinRequest, JoinRules, JoinStore, Joining, MostWaiting, Who,
};
use ds_core::{AppspaceId, StoreError, Timestamp, secret::TokenHash};
use sqlx::sqlite::SqliteRow;

use super::Store;
use crate::{
    query::{Failure, Query},
    row::{Reader, to_json},
};

pub(super) fn no_appspace(failure: Failure) -> StoreError {
    failure.or_missing(|| "such appspace".into())
}

/// What was read is none of what we write.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not known")]
struct Unknown(String);

pub(super) fn broken(what: &'static str, text: &str) -> StoreError {
    StoreError::Broken {
        what,
        source: Box::new(Unknown(text.to_owned())),
    }
}

fn rules(row: &SqliteRow) -> Result<JoinRules, StoreError> {
    const WHAT: &str = "rules of joining";
    let row = Reader::new(WHAT, row);
    let joining: &str = row.get("joining")?;
    Ok(JoinRules {
        joining: Joining::read(joining).ok_or_else(|| broken(WHAT, joining))?,
        permissions: row.json("permissions")?,
    })
}

fn link(row: &SqliteRow) -> Result<JoinLink, StoreError> {
    let row = Reader::new("invitation link", row);
    Ok(JoinLink {
        token: TokenHash::stored(row.get("token_hash")?),
        appspace: row.parse("appspace")?,
        permissions: row.json("permissions")?,
        note: row.get("note")?,
        uses_left: row.number("uses_left")?,
        created: row.time("created")?,
        expires: row.time("expires")?,
    })
}

fn request(row: &SqliteRow) -> Result<JoinRequest, StoreError> {
    const WHAT: &str = "request to join";
    let row = Reader::new(WHAT, row);
    let (who, signed_by): (&str, &str) = (row.get("who")?, row.get("signed_by")?);
    Ok(JoinRequest {
        id: row.get("id")?,
        appspace: row.parse("appspace")?,
        who: Who::read(who, signed_by).ok_or_else(|| broken(WHAT, who))?,
        name: row.get("name")?,
        asked: row.time("asked")?,
    })
}

impl Store {
    async fn change_joining(
        &self,
        action: &'static str,
        query: Query<'_>,
    ) -> Result<u64, StoreError> {
        let mut db = self.writer(action).await?;
        let changed = self.count.run(&mut db, action, query).await;
        changed.map_err(no_appspace)
    }
}

#[async_trait]
impl JoinStore for Store {
    async fn join_rules(&self, appspace: AppspaceId) -> Result<JoinRules, StoreError> {
        const ACTION: &str = "find who may join an appspace";
        let query = sqlx::query("SELECT joining, permissions FROM join_rules WHERE appspace = $1")
            .bind(appspace.to_string());
        let mut db = self.reader(ACTION).await?;
        let row = self.count.one(&mut db, ACTION, query).await?;
        Ok(row.as_ref().map(rules).transpose()?.unwrap_or_default())
    }

    async fn set_join_rules(
        &self,
        appspace: AppspaceId,
        rules: &JoinRules,
    ) -> Result<(), StoreError> {
        let query = sqlx::query(
            "INSERT INTO join_rules (appspace, joining, permissions) VALUES ($1, $2, $3)
             ON CONFLICT (appspace) DO UPDATE
             SET joining = excluded.joining, permissions = excluded.permissions",
        )
        .bind(appspace.to_string())
        .bind(rules.joining.as_str())
        .bind(names(&rules.permissions)?);
        self.change_joining("say who may join an appspace", query)
            .await?;
        Ok(())
    }

    async fn add_join_link(&self, link: &JoinLink) -> Result<(), StoreError> {
        let query = sqlx::query(
            "INSERT INTO join_links
             (token_hash, appspace, permissions, note, uses_left, created, expires)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(link.token.as_str())
        .bind(link.appspace.to_string())
        .bind(names(&link.permissions)?)
        .bind(&link.note)
        .bind(i64::from(link.uses_left))
        .bind(link.created.0)
        .bind(link.expires.0);
        self.change_joining("make an invitation link", query)
            .await?;
        Ok(())
    }

    async fn join_links(&self, appspace: AppspaceId) -> Result<Vec<JoinLink>, StoreError> {
        const ACTION: &str = "list invitation links";
        let query = sqlx::query(
            "SELECT token_hash, appspace, permissions, note, uses_left, created, expires
             FROM join_links WHERE appspace = $1 ORDER BY created DESC, token_hash",
        )
        .bind(appspace.to_string());
        let mut db = self.reader(ACTION).await?;
        let rows = self.count.all(&mut db, ACTION, query).await?;
        rows.iter().map(link).collect()
    }

    async fn join_link(&self, token: &TokenHash) -> Result<Option<JoinLink>, StoreError> {
        const ACTION: &str = "find an invitation link";
        let query = sqlx::query(
            "SELECT token_hash, appspace, permissions, note, uses_left, created, expires
             FROM join_links WHERE token_hash = $1",
        )
        .bind(token.as_str());
        let mut db = self.reader(ACTION).await?;
        let row = self.count.one(&mut db, ACTION, query).await?;
        row.as_ref().map(link).transpose()
    }

    async fn use_join_link(
        &self,
        token: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<JoinLink>, StoreError> {
        const ACTION: &str = "use an invitation link";
        let query = sqlx::query(
            "UPDATE join_links SET uses_left = uses_left - 1
             WHERE token_hash = $1 AND uses_left > 0 AND expires > $2
             RETURNING token_hash, appspace, permissions, note, uses_left, created, expires",
        )
        .bind(token.as_str())
        .bind(now.0);
        let mut db = self.writer(ACTION).await?;
        let row = self.count.one(&mut db, ACTION, query).await?;
        row.as_ref().map(link).transpose()
    }

    async fn unuse_join_link(&self, token: &TokenHash) -> Result<(), StoreError> {
        let query =
            sqlx::query("UPDATE join_links SET uses_left = uses_left + 1 WHERE token_hash = $1")
                .bind(token.as_str());
        self.change_joining("give back a use of an invitation link", query)
            .await?;
        Ok(())
    }

    async fn remove_join_link(
        &self,
        appspace: AppspaceId,
        token: &TokenHash,
    ) -> Result<bool, StoreError> {
        let query = sqlx::query("DELETE FROM join_links WHERE token_hash = $1 AND appspace = $2")
            .bind(token.as_str())
            .bind(appspace.to_string());
        let removed = self.change_joining("withdraw an invitation link", query);
        Ok(removed.await? > 0)
    }

    async fn add_join_request(
        &self,
        request: &JoinRequest,
        most: MostWaiting,
    ) -> Result<bool, StoreError> {
        let query = sqlx::query(
            "INSERT INTO join_requests (id, appspace, who, signed_by, name, asked, host, domain)
             SELECT $1, $2, $3, $4, $5, $6, $8, $9
             FROM (SELECT count(*) AS waiting,
                          coalesce(sum(host = $8 AND $8 <> ''), 0) AS of_host,
                          coalesce(sum(domain = $9 AND $9 <> ''), 0) AS of_domain
                   FROM join_requests WHERE appspace = $2 AND who <> $3)
             WHERE waiting < $7 AND of_host < $10 AND of_domain < $11
             ON CONFLICT (appspace, who) DO UPDATE
             SET signed_by = excluded.signed_by, name = excluded.name",
        )
        .bind(&request.id)
        .bind(request.appspace.to_string())
        .bind(request.who.key())
        .bind(request.who.signed_by())
        .bind(&request.name)
        .bind(request.asked.0)
        .bind(i64::from(most.all))
        .bind(request.who.host())
        .bind(request.who.domain())
        .bind(i64::from(most.of_host))
        .bind(i64::from(most.of_domain));
        Ok(self
            .change_joining("ask to join an appspace", query)
            .await?
            > 0)
    }

    async fn join_requests(&self, appspace: AppspaceId) -> Result<Vec<JoinRequest>, StoreError> {
        const ACTION: &str = "list requests to join";
        let query = sqlx::query(
            "SELECT id, appspace, who, signed_by, name, asked FROM join_requests
             WHERE appspace = $1 ORDER BY asked, id",
        )
        .bind(appspace.to_string());
        let mut db = self.reader(ACTION).await?;
        let rows = self.count.all(&mut db, ACTION, query).await?;
        rows.iter().map(request).collect()
    }

    async fn take_join_request(
        &self,
        appspace: AppspaceId,
        id: &str,
    ) -> Result<Option<JoinRequest>, StoreError> {
        const ACTION: &str = "answer a request to join";
        let query = sqlx::query(
            "DELETE FROM join_requests WHERE appspace = $1 AND id = $2
             RETURNING id, appspace, who, signed_by, name, asked",
        )
        .bind(appspace.to_string())
        .bind(id);
        let mut db = self.writer(ACTION).await?;
        let row = self.count.one(&mut db, ACTION, query).await?;
        row.as_ref().map(request).transpose()
    }

    async fn add_join_bar(&self, appspace: AppspaceId, bar: &JoinBar) -> Result<(), StoreError> {
        self.record_bar(appspace, bar).await
    }

    async fn join_bars(&self, appspace: AppspaceId) -> Result<Vec<JoinBar>, StoreError> {
        self.bars_of(appspace).await
    }

    async fn lift_join_bar(&self, appspace: AppspaceId, id: &str) -> Result<(), StoreError> {
        let query = sqlx::query("DELETE FROM join_bars WHERE appspace = $1 AND person = $2")
            .bind(appspace.to_string())
            .bind(id);
        self.change_joining("let somebody join again", query)
            .await?;
        Ok(())
    }

    async fn lift_join_bars_of(
        &self,
        appspace: AppspaceId,
        ways: &BTreeSet<String>,
    ) -> Result<(), StoreError> {
        self.lift_ways(appspace, ways).await
    }

    async fn purge_joining(&self, before: Timestamp) -> Result<(), StoreError> {
        const ACTION: &str = "remove old invitation links and requests";
        for text in [
            "DELETE FROM join_links WHERE expires < $1",
            "DELETE FROM join_requests WHERE asked < $1",
        ] {
            self.change_joining(ACTION, sqlx::query(text).bind(before.0))
                .await?;
        }
        Ok(())
    }
}

fn names(permissions: &BTreeSet<ds_core::Permission>) -> Result<String, StoreError> {
    to_json("permissions", permissions)
}
