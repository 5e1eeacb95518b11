//! What members took over from their own hosts.

use async_trait::async_trait;
use ds_auth::dropid::{TakenLook, TakenLookStore};
use ds_core::{AppspaceId, ProxyId, StoreError};

use super::Memory;

#[async_trait]
impl TakenLookStore for Memory {
    async fn taken_look(
        &self,
        appspace: AppspaceId,
        member: &ProxyId,
    ) -> Result<Option<TakenLook>, StoreError> {
        let key = (appspace, member.clone());
        Ok(self.tables()?.looks.get(&key).cloned())
    }

    async fn looks_taken_from(&self, who: &str) -> Result<Vec<TakenLook>, StoreError> {
        let tables = self.tables()?;
        let all = tables.looks.values();
        let mut found: Vec<_> = all.filter(|look| look.who == who).cloned().collect();
        found.sort_by_key(|look| (look.appspace.to_string(), look.member.to_string()));
        Ok(found)
    }

    async fn put_taken_look(&self, look: &TakenLook) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        tables.check_appspace(look.appspace)?;
        let key = (look.appspace, look.member.clone());
        tables.looks.insert(key, look.clone());
        Ok(())
    }

    async fn remove_taken_look(
        &self,
        appspace: AppspaceId,
        member: &ProxyId,
    ) -> Result<(), StoreError> {
        self.tables()?.looks.remove(&(appspace, member.clone()));
        Ok(())
    }
}
