//! The keys that sign for this host's people.

use async_trait::async_trait;
use ds_auth::dropid::signing::{SigningKeyStore, StoredKey};
use ds_core::{StoreError, Timestamp};

use super::Store;
use crate::row::Reader;

/// What a sealed key is for; it can be opened for nothing else.
const PURPOSE: &str = "signing key";

#[async_trait]
impl SigningKeyStore for Store {
    async fn signing_keys(&self) -> Result<Vec<StoredKey>, StoreError> {
        const ACTION: &str = "read signing keys";
        let query = sqlx::query("SELECT sealed, made FROM signing_keys ORDER BY position");
        let rows = {
            let mut db = self.reader(ACTION).await?;
            self.count.all(&mut db, ACTION, query).await?
        };
        let mut keys = Vec::with_capacity(rows.len());
        for row in &rows {
            let row = Reader::new("signing key", row);
            let sealed: String = row.get("sealed")?;
            keys.push(StoredKey {
                seed: self.seal.open(PURPOSE, &sealed).await?,
                made: row.time("made")?,
            });
        }
        Ok(keys)
    }

    async fn add_signing_key(&self, key: &StoredKey, known: usize) -> Result<bool, StoreError> {
        let sealed = self.seal.seal(PURPOSE, &key.seed).await?;
        let query = sqlx::query(
            "INSERT INTO signing_keys (position, sealed, made)
             SELECT COALESCE(MAX(position), 0) + 1, $1, $2 FROM signing_keys
             HAVING COUNT(*) = $3",
        )
        .bind(sealed)
        .bind(key.made.0)
        .bind(i64::try_from(known).unwrap_or(i64::MAX));
        Ok(self.change_of_person("add a signing key", query).await? > 0)
    }

    async fn forget_signing_keys(&self, before: Timestamp) -> Result<(), StoreError> {
        let query = sqlx::query("DELETE FROM signing_keys WHERE made < $1").bind(before.0);
        self.change_of_person("forget signing keys", query).await?;
        Ok(())
    }
}
