//! Who did what.

use async_trait::async_trait;
use ds_auth::people::{AuditEntry, AuditLog};
use ds_core::{StoreError, Timestamp};

use super::Memory;

#[async_trait]
impl AuditLog for Memory {
    async fn record(&self, entry: &AuditEntry) -> Result<(), StoreError> {
        self.tables()?.people.audit.push(entry.clone());
        Ok(())
    }

    async fn entries(&self, before: Timestamp, most: u32) -> Result<Vec<AuditEntry>, StoreError> {
        let tables = self.tables()?;
        let found = tables
            .people
            .audit
            .iter()
            .rev()
            .filter(|entry| entry.at < before);
        let mut found: Vec<_> = found.cloned().collect();
        found.sort_by_key(|entry| std::cmp::Reverse(entry.at));
        found.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        Ok(found)
    }

    async fn purge_audit(&self, before: Timestamp) -> Result<(), StoreError> {
        self.tables()?
            .people
            .audit
            .retain(|entry| entry.at >= before);
        Ok(())
    }
}
