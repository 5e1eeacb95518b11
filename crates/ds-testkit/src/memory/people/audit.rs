//! Who did what.

use std::collections::HashMap;

use async_trait::async_trait;
use ds_auth::people::{AuditBounds, AuditClass, AuditEntry, AuditFilter, AuditLog, AuditRow};
use ds_core::{AccountId, StoreError};

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

    async fn entries_of(
        &self,
        which: &AuditFilter,
        before: Option<i64>,
        most: u32,
    ) -> Result<Vec<AuditRow>, StoreError> {
        let has = |text: &str| text.to_lowercase().contains(&which.find);
        let is_meant = |entry: &AuditEntry| {
            (which.actions.is_empty() || which.actions.contains(&entry.action))
                && (has(&entry.who) || has(&entry.about))
        };
        let tables = self.tables()?;
        let rows = tables.people.audit.iter().rev();
        let rows = rows.filter(|row| before.is_none_or(|before| row.place < before));
        let rows = rows.filter(|row| is_meant(&row.entry));
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        Ok(rows.take(most).cloned().collect())
    }

    async fn trim_audit(&self, class: AuditClass, to: &AuditBounds) -> Result<(), StoreError> {
        let (mut of_one, mut of_all) = (HashMap::<Option<AccountId>, u32>::new(), 0);
        let mut stays = |row: &AuditRow| {
            if row.entry.class() != class {
                return true;
            }
            let own = of_one.entry(row.entry.by).or_default();
            *own += 1;
            of_all += 1;
            *own <= to.most_each && of_all <= to.most && row.entry.at >= to.before
        };
        let audit = &mut self.tables()?.people.audit;
        audit.reverse();
        audit.retain(|row| stays(row));
        audit.reverse();
        Ok(())
    }
}
