//! Deleted appspaces.

use async_trait::async_trait;
use ds_core::{
    AccountId, Address, Appspace, AppspaceId, JobId, StoreError, Timestamp, TrashStore, Trashed,
};

use super::{Memory, missing, taken};

#[async_trait]
impl TrashStore for Memory {
    async fn trash(&self, id: AppspaceId, at: Timestamp, job: JobId) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        tables.check_job(job)?;
        let appspace = tables.appspaces.remove(&id);
        let appspace = appspace.ok_or_else(|| missing("such appspace"))?;
        tables.remove_sessions(id);
        let deleted = at;
        tables.trash.insert(id, Trashed { appspace, deleted });
        tables.end_job(job, None)
    }

    async fn take_out(
        &self,
        id: AppspaceId,
        address: &Address,
        job: JobId,
    ) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        tables.check_job(job)?;
        let found = tables.trash.get(&id);
        let found = found.ok_or_else(|| missing("such appspace in the trash"))?;
        let is_kept = tables.kept.contains_key(address);
        if is_kept || tables.appspaces.values().any(|a| a.address == *address) {
            return Err(taken(format!("the address {address}")));
        }
        let appspace = Appspace {
            address: address.clone(),
            ..found.appspace.clone()
        };
        tables.trash.remove(&id);
        tables.appspaces.insert(id, appspace);
        tables.end_job(job, None)
    }

    async fn trashed(&self, id: AppspaceId) -> Result<Option<Trashed>, StoreError> {
        Ok(self.tables()?.trash.get(&id).cloned())
    }

    async fn trash_of(&self, owner: AccountId) -> Result<Vec<Trashed>, StoreError> {
        let tables = self.tables()?;
        let own = tables.trash.values().filter(|t| t.appspace.owner == owner);
        let mut found: Vec<Trashed> = own.cloned().collect();
        found.sort_by_key(|t| std::cmp::Reverse((t.deleted, t.appspace.id)));
        Ok(found)
    }

    async fn trashed_before(&self, then: Timestamp) -> Result<Vec<Trashed>, StoreError> {
        let tables = self.tables()?;
        let old = tables.trash.values().filter(|t| t.deleted < then);
        let mut found: Vec<Trashed> = old.cloned().collect();
        found.sort_by_key(|t| (t.deleted, t.appspace.id));
        Ok(found)
    }

    async fn forget_trashed(&self, id: AppspaceId) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        if tables.trash.remove(&id).is_some() {
            tables.remove_belongings(id);
        }
        Ok(())
    }
}
