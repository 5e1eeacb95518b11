//! Passkeys.

use async_trait::async_trait;
use ds_auth::passkeys::{Passkey, PasskeyRecord, PasskeyStore};
use ds_core::{AccountId, StoreError, Timestamp};

use super::{Memory, taken};

#[async_trait]
impl PasskeyStore for Memory {
    async fn passkeys_of(&self, account: AccountId) -> Result<Vec<PasskeyRecord>, StoreError> {
        let tables = self.tables()?;
        if tables.people.is_blocked(account) {
            return Ok(Vec::new());
        }
        let own = tables
            .people
            .passkeys
            .values()
            .filter(|own| own.account == account);
        let mut own: Vec<_> = own.cloned().collect();
        own.sort_by_key(|own| own.created);
        Ok(own)
    }

    async fn passkey(&self, id: &str) -> Result<Option<PasskeyRecord>, StoreError> {
        let tables = self.tables()?;
        let found = tables.people.passkeys.get(id);
        Ok(found
            .filter(|own| !tables.people.is_blocked(own.account))
            .cloned())
    }

    async fn add_passkey(&self, passkey: &PasskeyRecord) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        if tables.people.passkeys.contains_key(&passkey.id) {
            return Err(taken("the passkey"));
        }
        tables.check_account(passkey.account)?;
        tables
            .people
            .passkeys
            .insert(passkey.id.clone(), passkey.clone());
        Ok(())
    }

    async fn use_passkey(&self, id: &str, key: &Passkey, at: Timestamp) -> Result<(), StoreError> {
        if let Some(own) = self.tables()?.people.passkeys.get_mut(id) {
            own.key = key.clone();
            own.last_used = Some(at);
        }
        Ok(())
    }

    async fn rename_passkey(
        &self,
        account: AccountId,
        id: &str,
        name: &str,
    ) -> Result<bool, StoreError> {
        let mut tables = self.tables()?;
        let own = tables.people.passkeys.get_mut(id);
        let own = own.filter(|own| own.account == account);
        Ok(own.map(|own| name.clone_into(&mut own.name)).is_some())
    }

    async fn remove_passkey(&self, account: AccountId, id: &str) -> Result<bool, StoreError> {
        let mut tables = self.tables()?;
        let is_own = tables
            .people
            .passkeys
            .get(id)
            .is_some_and(|own| own.account == account);
        if is_own {
            tables.people.passkeys.remove(id);
            tables.people.outdate(account);
        }
        Ok(is_own)
    }

    async fn passkey_follows(&self, account: AccountId) -> Result<bool, StoreError> {
        Ok(self.tables()?.people.passkey_follows.contains(&account))
    }

    async fn set_passkey_follows(&self, account: AccountId, it: bool) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        let known = tables.accounts.contains_key(&account);
        if it && known {
            tables.people.passkey_follows.insert(account);
        } else {
            tables.people.passkey_follows.remove(&account);
        }
        tables.people.outdate(account);
        Ok(())
    }
}
