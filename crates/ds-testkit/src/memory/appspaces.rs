//! Appspaces.

use async_trait::async_trait;
use ds_auth::Subject;
use ds_core::{
    AccountId, Address, Appspace, AppspaceId, AppspaceStore, JobId, StoreError, VersionId,
};

use super::{Memory, Tables, missing, taken};

impl Tables {
    fn add_appspace(&mut self, appspace: &Appspace) -> Result<(), StoreError> {
        let mut all = self.appspaces.values();
        let in_use = all.any(|a| a.address == appspace.address || a.id == appspace.id);
        let is_kept = self.kept.contains_key(&appspace.address);
        if in_use || is_kept || self.trash.contains_key(&appspace.id) {
            return Err(taken(format!("the address {}", appspace.address)));
        }
        self.appspaces.insert(appspace.id, appspace.clone());
        Ok(())
    }

    pub(super) fn remove_sessions(&mut self, of: AppspaceId) {
        self.sessions.retain(|_, session| {
            !matches!(session.subject, Subject::Member { appspace, .. } if appspace == of)
        });
    }
}

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
        self.tables()?.add_appspace(appspace)
    }

    async fn add_by(
        &self,
        appspace: &Appspace,
        job: JobId,
        like: Option<AppspaceId>,
    ) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        tables.check_job(job)?;
        tables.add_appspace(appspace)?;
        if let Some(like) = like {
            tables.joining.copy_bars(like, appspace.id);
        }
        tables.end_job(job, None)
    }

    async fn change_version(
        &self,
        id: AppspaceId,
        version: VersionId,
        job: JobId,
    ) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        tables.check_job(job)?;
        let number = tables.versions.get(&version).map(|v| v.version.clone());
        let number = number.ok_or_else(|| missing("such app version"))?;
        let appspace = tables.appspaces.get_mut(&id);
        let appspace = appspace.ok_or_else(|| missing("such appspace"))?;
        appspace.version_id = version;
        appspace.version = number;
        tables.end_job(job, None)
    }

    async fn remove(&self, id: AppspaceId) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        if tables.appspaces.remove(&id).is_some() {
            tables.remove_belongings(id);
            tables.remove_sessions(id);
        }
        Ok(())
    }

    async fn set_paused(&self, id: AppspaceId, paused: bool) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        let appspace = tables.appspaces.get_mut(&id);
        appspace.ok_or_else(|| missing("such appspace"))?.paused = paused;
        Ok(())
    }
}
