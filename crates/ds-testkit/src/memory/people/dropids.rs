//! DropIDs.

use std::collections::BTreeSet;

use async_trait::async_trait;
use ds_auth::dropid::{DropId, DropIdLook, DropIdRecord, DropIdStore};
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
        look: &DropIdLook,
    ) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        match tables.people.dropids.get_mut(id) {
            Some((record, true)) if record.account == account => {
                record.display_name.clone_from(&look.display_name);
                record.avatar.clone_from(&look.avatar);
                record.is_public = look.is_public;
                Ok(())
            }
            _ => Err(missing("such DropID")),
        }
    }

    async fn pictures_in_use(&self) -> Result<BTreeSet<String>, StoreError> {
        let tables = self.tables()?;
        let alive = tables.people.dropids.values().filter(|(_, alive)| *alive);
        let own = alive.map(|(record, _)| record.avatar.as_str());
        let all = own.chain(tables.people.connections.pictures());
        Ok(all
            .filter(|name| !name.is_empty())
            .map(Into::into)
            .collect())
    }
}
