//! Who did what.

use async_trait::async_trait;
use ds_auth::people::{AuditEntry, AuditLog, AuditRow};
use ds_core::{StoreError, Timestamp};

use super::Memory;

#[async_trait]
impl AuditLog for Memory {
    async fn record(&self, entry: &AuditEntry) -> Result<(), StoreError> {
        let audit = &mut self.tables()?.people.audit;
        let place = audit.last().map_or(1, |row| row.place + 1);
        audit.push(AuditRow {
            place,
            entry: entry.clone(),
        });
        Ok(())
    }

    async fn entries(&self, before: Option<i64>, most: u32) -> Result<Vec<AuditRow>, StoreError> {
        let tables = self.tables()?;
        let rows = tables.people.audit.iter().rev();
        let rows = rows.filter(|row| before.is_none_or(|before| row.place < before));
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        Ok(rows.take(most).cloned().collect())
    }

    async fn trim_audit(&self, before: Timestamp, most: u32) -> Result<(), StoreError> {
        let audit = &mut self.tables()?.people.audit;
        let too_many = audit
            .len()
            .saturating_sub(usize::try_from(most).unwrap_or(usize::MAX));
        audit.drain(..too_many);
        audit.retain(|row| row.entry.at >= before);
        Ok(())
    }
}
