//! DropIDs.

use async_trait::async_trait;
use ds_auth::dropid::{DropId, DropIdRecord, DropIdStore};
use ds_core::{AccountId, StoreError};

use super::{Memory, missing, taken};

#[async_trait]
impl DropIdStore for Memory {
    async fn dropids_of(&self, account: AccountId) -> Result<Vec<DropIdRecord>, StoreError> {
        let tables = self.tables()?;
        let own = tables.people.dropids.values();
        let own = own.filter(|(record, is_alive)| *is_alive && record.account == account);
        let mut own: Vec<_> = own.map(|(record, _)| record.clone()).collect();
        own.sort_by_key(|record| record.created);
        Ok(own)
    }

    async fn dropid(&self, id: &DropId) -> Result<Option<DropIdRecord>, StoreError> {
        let tables = self.tables()?;
        let found = tables
            .people
            .dropids
            .get(id)
            .filter(|(_, is_alive)| *is_alive);
        Ok(found.map(|(record, _)| record.clone()))
    }

    async fn add_dropid(&self, record: &DropIdRecord) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        if tables.people.dropids.contains_key(&record.id) {
            return Err(taken(format!("the DropID {}", record.id)));
        }
        tables.check_account(record.account)?;
        let entry = (record.clone(), true);
        tables.people.dropids.insert(record.id.clone(), entry);
        Ok(())
    }

    async fn change_dropid(
        &self,
        account: AccountId,
        id: &DropId,
        display_name: &str,
        avatar: &str,
    ) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        match tables.people.dropids.get_mut(id) {
            Some((record, true)) if record.account == account => {
                display_name.clone_into(&mut record.display_name);
                avatar.clone_into(&mut record.avatar);
                Ok(())
            }
            _ => Err(missing("such DropID")),
        }
    }
}
