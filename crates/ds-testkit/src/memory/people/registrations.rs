//! People who are to prove their mail address, and what admins set on pages.

use async_trait::async_trait;
use ds_auth::{
    Account,
    people::{Registration, RegistrationStore, SettingStore},
};
use ds_core::{StoreError, Timestamp, secret::TokenHash};

use super::{Memory, bound, missing, taken};

#[async_trait]
impl RegistrationStore for Memory {
    async fn add_registration(
        &self,
        token: &TokenHash,
        registration: &Registration,
        most: u32,
    ) -> Result<(), StoreError> {
        let all = &mut self.tables()?.people.registrations;
        all.retain(|_, own| own.email != registration.email);
        all.insert(token.clone(), registration.clone());
        bound(all, most, |own| own.expires);
        Ok(())
    }

    async fn registration(&self, token: &TokenHash) -> Result<Option<Registration>, StoreError> {
        Ok(self.tables()?.people.registrations.get(token).cloned())
    }

    async fn accept_registration(
        &self,
        token: &TokenHash,
        now: Timestamp,
        account: &Account,
        password_hash: &str,
    ) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        let found = tables.people.registrations.get(token);
        if found.is_none_or(|own| own.expires <= now) {
            return Err(missing("such registration"));
        }
        if tables
            .accounts
            .values()
            .any(|(a, _)| a.email == account.email)
        {
            return Err(taken(format!("an account for {}", account.email)));
        }
        tables.people.registrations.remove(token);
        let record = (account.clone(), password_hash.to_owned());
        tables.accounts.insert(account.id, record);
        Ok(())
    }

    async fn purge_registrations(&self, before: Timestamp) -> Result<(), StoreError> {
        let all = &mut self.tables()?.people.registrations;
        all.retain(|_, own| own.expires >= before);
        Ok(())
    }
}

#[async_trait]
impl SettingStore for Memory {
    async fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        Ok(self.tables()?.people.settings.get(name).cloned())
    }

    async fn set_setting(&self, name: &str, value: &str) -> Result<(), StoreError> {
        let settings = &mut self.tables()?.people.settings;
        settings.insert(name.to_owned(), value.to_owned());
        Ok(())
    }
}
