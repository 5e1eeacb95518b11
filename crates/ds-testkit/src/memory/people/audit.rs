//! Who did what.

use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
};

use async_trait::async_trait;
use ds_auth::people::{AuditBounds, AuditClass, AuditEntry, AuditFilter, AuditLog, AuditRow};
use ds_core::{StoreError, contains_folded};

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
        let has = |text: &str| contains_folded(text, &which.find);
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
        let audit = &mut self.tables()?.people.audit;
        let mut shares = HashMap::<String, u32>::new();
        let own = audit.iter().rev().filter(|row| row.entry.class() == class);
        let mut ranked: Vec<_> = own
            .map(|row| {
                let nth = shares.entry(row.entry.share()).or_default();
                *nth += 1;
                (*nth, Reverse(row.place), row.entry.at)
            })
            .collect();
        ranked.sort();
        let most = usize::try_from(to.most).unwrap_or(usize::MAX);
        let stay = ranked.iter().take(most);
        let stay = stay.filter(|(nth, _, at)| *nth <= to.most_each && *at >= to.before);
        let stay: HashSet<i64> = stay.map(|(_, Reverse(place), _)| *place).collect();
        audit.retain(|row| row.entry.class() != class || stay.contains(&row.place));
        Ok(())
    }
}
