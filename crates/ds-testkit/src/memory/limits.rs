//! Bounds of single appspaces.

use async_trait::async_trait;
use ds_core::{
    AppspaceId, StoreError,
    limits::{LimitOverrides, LimitStore},
};

use super::Memory;

#[async_trait]
impl LimitStore for Memory {
    async fn limits(&self, appspace: AppspaceId) -> Result<LimitOverrides, StoreError> {
        let tables = self.tables()?;
        Ok(tables.limits.get(&appspace).copied().unwrap_or_default())
    }

    async fn set_limits(
        &self,
        appspace: AppspaceId,
        limits: &LimitOverrides,
    ) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        tables.check_appspace(appspace)?;
        tables.limits.insert(appspace, *limits);
        Ok(())
    }
}
