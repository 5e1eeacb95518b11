//! Accounts.

use std::collections::HashMap;

use async_trait::async_trait;
use ds_auth::{Account, AccountStore, Epoch};
use ds_core::{AccountId, StoreError};

use super::{Memory, taken};

#[async_trait]
impl AccountStore for Memory {
    async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        let tables = self.tables()?;
        let mut all: Vec<_> = tables.accounts.values().map(|(a, _)| a.clone()).collect();
        all.sort_by_key(|account| (account.created, account.id));
        Ok(all)
    }

    async fn has_accounts(&self) -> Result<bool, StoreError> {
        Ok(!self.tables()?.accounts.is_empty())
    }

    async fn account(&self, id: AccountId) -> Result<Option<Account>, StoreError> {
        Ok(self.tables()?.accounts.get(&id).map(|(a, _)| a.clone()))
    }

    async fn emails_of(&self, ids: &[AccountId]) -> Result<HashMap<AccountId, String>, StoreError> {
        let tables = self.tables()?;
        let found = ids.iter().filter_map(|id| tables.accounts.get(id));
        Ok(found.map(|(a, _)| (a.id, a.email.clone())).collect())
    }

    async fn has_account(&self, email: &str) -> Result<bool, StoreError> {
        let tables = self.tables()?;
        Ok(tables.accounts.values().any(|(a, _)| a.email == email))
    }

    async fn account_with_password(
        &self,
        email: &str,
    ) -> Result<Option<(Account, String)>, StoreError> {
        let tables = self.tables()?;
        let found = tables.accounts.values().find(|(a, _)| a.email == email);
        let found = found.filter(|(a, _)| !tables.people.is_blocked(a.id));
        Ok(found.cloned())
    }

    async fn add_account(&self, account: &Account, password_hash: &str) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        if tables
            .accounts
            .values()
            .any(|(a, _)| a.email == account.email)
        {
            return Err(taken(format!("an account for {}", account.email)));
        }
        let record = (account.clone(), password_hash.to_owned());
        tables.accounts.insert(account.id, record);
        Ok(())
    }

    async fn add_first_account(
        &self,
        account: &Account,
        password_hash: &str,
    ) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        if !tables.accounts.is_empty() {
            return Err(taken("the place of the first account"));
        }
        let record = (account.clone(), password_hash.to_owned());
        tables.accounts.insert(account.id, record);
        Ok(())
    }

    async fn replace_password(
        &self,
        id: AccountId,
        present: &str,
        new: &str,
    ) -> Result<Option<Epoch>, StoreError> {
        let mut tables = self.tables()?;
        match tables.accounts.get_mut(&id) {
            Some((_, hash)) if hash == present => {
                new.clone_into(hash);
                Ok(Some(tables.end_by_new_password(id)))
            }
            _ => Ok(None),
        }
    }

    async fn renew_hash(&self, id: AccountId, present: &str, new: &str) -> Result<(), StoreError> {
        match self.tables()?.accounts.get_mut(&id) {
            Some((_, hash)) if hash == present => new.clone_into(hash),
            _ => {}
        }
        Ok(())
    }
}
