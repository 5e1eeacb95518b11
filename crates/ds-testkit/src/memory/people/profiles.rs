//! Names of accounts, and addresses that they are to have.

use async_trait::async_trait;
use ds_auth::{
    Epoch, Standing,
    people::{AddressChange, ProfileStore},
};
use ds_core::{AccountId, StoreError, Timestamp, secret::TokenHash};

use super::{Memory, Tables, missing, taken};

impl Tables {
    fn check_since(&self, id: AccountId, since: Epoch) -> Result<(), StoreError> {
        let is_changed = self.people.changed_since(id, since);
        (!is_changed)
            .then_some(())
            .ok_or_else(|| missing("such account"))
    }

    fn put_address(
        &mut self,
        id: AccountId,
        email: &str,
        is_proven: bool,
    ) -> Result<(), StoreError> {
        let mut others = self.accounts.values();
        if others.any(|(other, _)| other.id != id && other.email == email) {
            return Err(taken(format!("an account for {email}")));
        }
        let found = self.accounts.get_mut(&id);
        let (account, _) = found.ok_or_else(|| missing("such account"))?;
        let before = std::mem::replace(&mut account.email, email.to_owned());
        let was_proven = std::mem::replace(&mut account.email_proven, is_proven);
        let left = &mut self.people.left;
        if was_proven {
            left.insert((id, before));
        }
        left.remove(&(id, email.to_owned()));
        self.people.forget_resets(id);
        self.people.outdate(id);
        Ok(())
    }
}

#[async_trait]
impl ProfileStore for Memory {
    async fn account_name(&self, id: AccountId) -> Result<String, StoreError> {
        let tables = self.tables()?;
        Ok(tables.people.names.get(&id).cloned().unwrap_or_default())
    }

    async fn set_account_name(&self, id: AccountId, name: &str) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        tables.check_account(id)?;
        tables.people.names.insert(id, name.to_owned());
        Ok(())
    }

    async fn add_address_change(
        &self,
        token: &TokenHash,
        change: &AddressChange,
        since: Epoch,
    ) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        tables.check_account(change.account)?;
        tables.check_since(change.account, since)?;
        let all = &mut tables.people.addresses;
        all.retain(|_, own| own.account != change.account);
        all.insert(token.clone(), change.clone());
        Ok(())
    }

    async fn address_change(&self, token: &TokenHash) -> Result<Option<AddressChange>, StoreError> {
        Ok(self.tables()?.people.addresses.get(token).cloned())
    }

    async fn address_change_of(&self, id: AccountId) -> Result<Option<AddressChange>, StoreError> {
        let tables = self.tables()?;
        let mut all = tables.people.addresses.values();
        Ok(all.find(|own| own.account == id).cloned())
    }

    async fn end_address_change(&self, id: AccountId) -> Result<(), StoreError> {
        let all = &mut self.tables()?.people.addresses;
        all.retain(|_, own| own.account != id);
        Ok(())
    }

    async fn use_address_change(
        &self,
        token: &TokenHash,
        id: AccountId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        let found = tables.people.addresses.get(token).cloned();
        let good = found.filter(|own| own.account == id && own.expires > now);
        let change = good.ok_or_else(|| missing("such change of address"))?;
        tables.put_address(id, &change.email, true)
    }

    async fn set_address(
        &self,
        id: AccountId,
        email: &str,
        is_proven: bool,
    ) -> Result<(), StoreError> {
        self.tables()?.put_address(id, email, is_proven)
    }

    async fn set_address_of(&self, who: Standing, email: &str) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        tables.check_since(who.account, who.since)?;
        tables.put_address(who.account, email, false)
    }

    async fn left_addresses(&self, id: AccountId) -> Result<Vec<String>, StoreError> {
        let tables = self.tables()?;
        let own = tables.people.left.iter().filter(|(of, _)| *of == id);
        Ok(own.map(|(_, email)| email.clone()).collect())
    }

    async fn vouch_for_address(&self, id: AccountId, email: &str) -> Result<bool, StoreError> {
        let mut tables = self.tables()?;
        let found = tables.accounts.get_mut(&id);
        let found = found.filter(|(account, _)| account.email == email);
        Ok(found
            .map(|(account, _)| account.email_proven = true)
            .is_some())
    }

    async fn purge_address_changes(&self, before: Timestamp) -> Result<(), StoreError> {
        let all = &mut self.tables()?.people.addresses;
        all.retain(|_, own| own.expires >= before);
        Ok(())
    }
}
