//! Second factors.

use std::collections::BTreeSet;

use async_trait::async_trait;
use ds_auth::people::{SecondFactor, SecondFactorStore};
use ds_core::{AccountId, StoreError, secret::TokenHash};

use super::{Memory, taken};

#[async_trait]
impl SecondFactorStore for Memory {
    async fn second_factor(&self, account: AccountId) -> Result<Option<SecondFactor>, StoreError> {
        let tables = self.tables()?;
        let found = tables.people.factors.get(&account);
        Ok(found.map(|(factor, codes)| SecondFactor {
            recovery_left: u32::try_from(codes.len()).unwrap_or(u32::MAX),
            ..factor.clone()
        }))
    }

    async fn offer_second_factor(
        &self,
        account: AccountId,
        secret: &str,
    ) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        tables.check_account(account)?;
        let known = tables.people.factors.get(&account);
        if known.is_some_and(|(factor, _)| factor.is_on) {
            return Err(taken("the account's second factor"));
        }
        let factor = SecondFactor {
            secret: secret.to_owned(),
            is_on: false,
            last_step: 0,
            recovery_left: 0,
        };
        let entry = (factor, BTreeSet::new());
        tables.people.factors.insert(account, entry);
        Ok(())
    }

    async fn confirm_second_factor(
        &self,
        account: AccountId,
        secret: &str,
        step: u64,
        recovery: &[TokenHash],
    ) -> Result<bool, StoreError> {
        let mut tables = self.tables()?;
        match tables.people.factors.get_mut(&account) {
            Some((factor, codes)) if !factor.is_on && factor.secret == secret => {
                (factor.is_on, factor.last_step) = (true, step);
                codes.extend(recovery.iter().map(|code| code.as_str().to_owned()));
                tables.people.outdate(account);
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    async fn use_step(&self, account: AccountId, step: u64) -> Result<bool, StoreError> {
        let mut tables = self.tables()?;
        match tables.people.factors.get_mut(&account) {
            Some((factor, _)) if factor.is_on && factor.last_step < step => {
                factor.last_step = step;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    async fn use_recovery(&self, account: AccountId, code: &TokenHash) -> Result<bool, StoreError> {
        let mut tables = self.tables()?;
        let found = tables.people.factors.get_mut(&account);
        Ok(found.is_some_and(|(_, codes)| codes.remove(code.as_str())))
    }

    async fn remove_second_factor(&self, account: AccountId) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        if tables.people.factors.remove(&account).is_some() {
            tables.people.outdate(account);
        }
        Ok(())
    }
}
