//! The routes of app versions.

use async_trait::async_trait;
use ds_core::{StoreError, VersionId};
use ds_routes::{Route, RouteStore};

use super::Memory;

#[async_trait]
impl RouteStore for Memory {
    async fn routes(&self, version: VersionId) -> Result<Vec<Route>, StoreError> {
        let tables = self.tables()?;
        Ok(tables.routes.get(&version).cloned().unwrap_or_default())
    }

    async fn set_routes(&self, version: VersionId, routes: &[Route]) -> Result<(), StoreError> {
        let mut routes = routes.to_vec();
        routes.sort_by_key(|route| route.id);
        self.tables()?.routes.insert(version, routes);
        Ok(())
    }
}
