//! Apps and their versions.

use async_trait::async_trait;
use ds_core::{AccountId, App, AppId, AppStore, AppVersion, StoreError, VersionId};

use super::{Memory, taken};

#[async_trait]
impl AppStore for Memory {
    async fn apps(&self, owner: AccountId) -> Result<Vec<App>, StoreError> {
        let tables = self.tables()?;
        let own = tables.apps.values().filter(|app| app.owner == owner);
        let mut apps: Vec<App> = own.cloned().collect();
        apps.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(apps)
    }

    async fn app_named(&self, owner: AccountId, name: &str) -> Result<Option<App>, StoreError> {
        let tables = self.tables()?;
        let found = tables
            .apps
            .values()
            .find(|a| a.owner == owner && a.name == name);
        Ok(found.cloned())
    }

    async fn versions(&self, app: AppId) -> Result<Vec<AppVersion>, StoreError> {
        let tables = self.tables()?;
        let of_app = tables.versions.values().filter(|v| v.app == app);
        let mut versions: Vec<AppVersion> = of_app.cloned().collect();
        versions.sort_by(|a, b| a.version.cmp(&b.version));
        Ok(versions)
    }

    async fn version(&self, id: VersionId) -> Result<Option<AppVersion>, StoreError> {
        Ok(self.tables()?.versions.get(&id).cloned())
    }

    async fn add_version(&self, app: &App, version: &AppVersion) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        let same_name = |a: &App| a.owner == app.owner && a.name == app.name && a.id != app.id;
        if tables.apps.values().any(same_name) {
            return Err(taken(format!("the name {} for an app", app.name)));
        }
        let same = |v: &AppVersion| v.app == app.id && v.version == version.version;
        if tables.versions.values().any(same) {
            return Err(taken(format!(
                "version {} of {}",
                version.version, app.name
            )));
        }
        tables.apps.entry(app.id).or_insert_with(|| app.clone());
        tables.versions.insert(version.id, version.clone());
        Ok(())
    }

    async fn remove_version(&self, id: VersionId) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        tables.routes.remove(&id);
        if let Some(version) = tables.versions.remove(&id)
            && !tables.versions.values().any(|v| v.app == version.app)
        {
            tables.apps.remove(&version.app);
        }
        Ok(())
    }
}
