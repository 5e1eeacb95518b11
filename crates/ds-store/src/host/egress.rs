//! Approved hosts, and secrets.

use std::collections::HashMap;

use async_trait::async_trait;
use ds_core::{
    AccountId, AppspaceId, EgressRule, StoreError, Timestamp,
    egress_store::{EgressSecret, EgressStore, SecretEntry, SecretName},
};
use sqlx::sqlite::SqliteRow;

use super::Store;
use crate::{query::Query, row::Reader};

/// What a sealed value is for; it can be opened for nothing else.
fn purpose(appspace: AppspaceId, name: &SecretName, host: &EgressRule) -> String {
    format!("secret {appspace} {name} {host}")
}

fn entry(row: &SqliteRow) -> Result<SecretEntry, StoreError> {
    let row = Reader::new("secret", row);
    Ok(SecretEntry {
        name: row.parse("name")?,
        host: row.parse("host")?,
        set: row.time("set_at")?,
    })
}

impl Store {
    /// Changes something that belongs to an appspace; how many rows that were.
    async fn change_of_appspace(
        &self,
        action: &'static str,
        query: Query<'_>,
    ) -> Result<u64, StoreError> {
        let mut db = self.writer(action).await?;
        let changed = self.count.run(&mut db, action, query).await;
        changed.map_err(|failure| failure.or_missing(|| "such appspace".into()))
    }
}

#[async_trait]
impl EgressStore for Store {
    async fn approved(&self, appspace: AppspaceId) -> Result<Vec<EgressRule>, StoreError> {
        const ACTION: &str = "list the hosts that an appspace may reach";
        let query = sqlx::query("SELECT rule FROM egress_rules WHERE appspace = $1")
            .bind(appspace.to_string());
        let mut db = self.reader(ACTION).await?;
        let rows = self.count.all(&mut db, ACTION, query).await?;
        let rules = rows
            .iter()
            .map(|row| Reader::new("host to reach", row).parse("rule"));
        let mut rules: Vec<EgressRule> = rules.collect::<Result<_, _>>()?;
        rules.sort();
        Ok(rules)
    }

    async fn approved_by(
        &self,
        owner: AccountId,
    ) -> Result<HashMap<AppspaceId, Vec<EgressRule>>, StoreError> {
        const ACTION: &str = "list the hosts that an account's appspaces may reach";
        let query = sqlx::query(
            "SELECT appspace, rule FROM egress_rules
             WHERE appspace IN (SELECT id FROM appspaces WHERE owner = $1)",
        )
        .bind(owner.to_string());
        let mut db = self.reader(ACTION).await?;
        let mut all: HashMap<AppspaceId, Vec<EgressRule>> = HashMap::new();
        for row in self.count.all(&mut db, ACTION, query).await? {
            let row = Reader::new("host to reach", &row);
            let rules = all.entry(row.parse("appspace")?).or_default();
            rules.push(row.parse("rule")?);
        }
        for rules in all.values_mut() {
            rules.sort();
        }
        Ok(all)
    }

    async fn change_approved(
        &self,
        appspace: AppspaceId,
        withdraw: &[EgressRule],
        approve: &[EgressRule],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        const ACTION: &str = "change the hosts that an appspace may reach";
        let mut db = self.writer(ACTION).await?;
        let mut transaction = self.count.begin(&mut db, ACTION).await?;
        for rule in withdraw {
            let query = sqlx::query("DELETE FROM egress_rules WHERE appspace = $1 AND rule = $2")
                .bind(appspace.to_string())
                .bind(rule.to_string());
            self.count.run(&mut transaction, ACTION, query).await?;
        }
        for rule in approve {
            let query = sqlx::query(
                "INSERT INTO egress_rules (appspace, rule, approved) VALUES ($1, $2, $3)
                 ON CONFLICT (appspace, rule) DO NOTHING",
            )
            .bind(appspace.to_string())
            .bind(rule.to_string())
            .bind(now.0);
            let approved = self.count.run(&mut transaction, ACTION, query).await;
            approved.map_err(|failure| failure.or_missing(|| "such appspace".into()))?;
        }
        self.count.commit(transaction, ACTION).await?;
        Ok(())
    }

    async fn secret_entries(&self, appspace: AppspaceId) -> Result<Vec<SecretEntry>, StoreError> {
        const ACTION: &str = "list secrets";
        let query = sqlx::query("SELECT name, host, set_at FROM secrets WHERE appspace = $1")
            .bind(appspace.to_string());
        let mut db = self.reader(ACTION).await?;
        let rows = self.count.all(&mut db, ACTION, query).await?;
        let mut entries: Vec<SecretEntry> = rows.iter().map(entry).collect::<Result<_, _>>()?;
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    async fn secrets(&self, appspace: AppspaceId) -> Result<Vec<EgressSecret>, StoreError> {
        const ACTION: &str = "read secrets";
        let query =
            sqlx::query("SELECT name, host, set_at, sealed FROM secrets WHERE appspace = $1")
                .bind(appspace.to_string());
        let mut db = self.reader(ACTION).await?;
        let rows = self.count.all(&mut db, ACTION, query).await?;
        drop(db);
        let mut secrets = Vec::new();
        for row in &rows {
            let SecretEntry { name, host, .. } = entry(row)?;
            let sealed: String = Reader::new("secret", row).get("sealed")?;
            let purpose = purpose(appspace, &name, &host);
            let value = self.seal.open(&purpose, &sealed).await?;
            let value = value.parse().map_err(|error| StoreError::Broken {
                what: "secret",
                source: Box::new(error),
            })?;
            secrets.push(EgressSecret { name, host, value });
        }
        secrets.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(secrets)
    }

    async fn set_secret(
        &self,
        appspace: AppspaceId,
        secret: &EgressSecret,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let purpose = purpose(appspace, &secret.name, &secret.host);
        let sealed = self.seal.seal(&purpose, secret.value.reveal()).await?;
        let query = sqlx::query(
            "INSERT INTO secrets (appspace, name, host, sealed, set_at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (appspace, name) DO UPDATE
             SET host = excluded.host, sealed = excluded.sealed, set_at = excluded.set_at",
        )
        .bind(appspace.to_string())
        .bind(secret.name.as_str())
        .bind(secret.host.to_string())
        .bind(sealed)
        .bind(now.0);
        let set = self.change_of_appspace("set a secret", query);
        set.await.map(|_| ())
    }

    async fn remove_secret(
        &self,
        appspace: AppspaceId,
        name: &SecretName,
    ) -> Result<bool, StoreError> {
        let query = sqlx::query("DELETE FROM secrets WHERE appspace = $1 AND name = $2")
            .bind(appspace.to_string())
            .bind(name.as_str());
        let removed = self.change_of_appspace("remove a secret", query);
        removed.await.map(|rows| rows > 0)
    }
}
