//! Appspaces.

use async_trait::async_trait;
use ds_auth::Subject;
use ds_core::{AccountId, Address, Appspace, AppspaceId, AppspaceStore, StoreError};

use super::{Memory, missing, taken};

#[async_trait]
impl AppspaceStore for Memory {
    async fn at(&self, address: &Address) -> Result<Option<Appspace>, StoreError> {
        let tables = self.tables()?;
        let found = tables.appspaces.values().find(|a| a.address == *address);
        Ok(found.cloned())
    }

    async fn appspace(&self, id: AppspaceId) -> Result<Option<Appspace>, StoreError> {
        Ok(self.tables()?.appspaces.get(&id).cloned())
    }

    async fn appspaces_of(&self, owner: AccountId) -> Result<Vec<Appspace>, StoreError> {
        let tables = self.tables()?;
        let own = tables.appspaces.values().filter(|a| a.owner == owner);
        let mut spaces: Vec<Appspace> = own.cloned().collect();
        spaces.sort_by(|a, b| a.address.cmp(&b.address));
        Ok(spaces)
    }

    async fn add(&self, appspace: &Appspace) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        let mut all = tables.appspaces.values();
        if all.any(|a| a.address == appspace.address || a.id == appspace.id) {
            return Err(taken(format!("the address {}", appspace.address)));
        }
        tables.appspaces.insert(appspace.id, appspace.clone());
        Ok(())
    }

    async fn remove(&self, id: AppspaceId) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        tables.appspaces.remove(&id);
        tables.remove_belongings(id);
        tables.sessions.retain(|_, session| {
            !matches!(session.subject, Subject::Member { appspace, .. } if appspace == id)
        });
        Ok(())
    }

    async fn set_paused(&self, id: AppspaceId, paused: bool) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        let appspace = tables.appspaces.get_mut(&id);
        appspace.ok_or_else(|| missing("such appspace"))?.paused = paused;
        Ok(())
    }
}
