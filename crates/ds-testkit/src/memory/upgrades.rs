//! How appspaces get newer versions of their app.

use async_trait::async_trait;
use ds_core::{
    AppspaceId, StoreError,
    upgrades::{HeldBack, UpgradeChoice, UpgradeStore},
};

use super::Memory;

#[async_trait]
impl UpgradeStore for Memory {
    async fn upgrade_choice(&self, id: AppspaceId) -> Result<UpgradeChoice, StoreError> {
        let tables = self.tables()?;
        Ok(tables.upgrades.get(&id).cloned().unwrap_or_default())
    }

    async fn set_automatic(&self, id: AppspaceId, automatic: bool) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        tables.check_appspace(id)?;
        let choice = UpgradeChoice {
            automatic,
            held_back: None,
        };
        tables.upgrades.insert(id, choice);
        Ok(())
    }

    async fn hold_back(&self, id: AppspaceId, held: &HeldBack) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        tables.check_appspace(id)?;
        tables.upgrades.entry(id).or_default().held_back = Some(held.clone());
        Ok(())
    }

    async fn automatic_upgrades(&self) -> Result<Vec<AppspaceId>, StoreError> {
        let tables = self.tables()?;
        let automatic = tables
            .upgrades
            .iter()
            .filter(|(_, choice)| choice.automatic);
        Ok(automatic.map(|(id, _)| *id).collect())
    }
}
