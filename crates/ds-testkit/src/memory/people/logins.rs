//! Logins between hosts, and the keys that sign.

use async_trait::async_trait;
use ds_auth::{
    Epoch,
    dropid::{
        MOST_PENDING,
        client::{PendingLogin, PendingLoginStore},
        server::{CodeStore, Grant},
        signing::{SigningKeyStore, StoredKey},
    },
};
use ds_core::{StoreError, Timestamp, secret::TokenHash};

use super::{Memory, bound};

#[async_trait]
impl PendingLoginStore for Memory {
    async fn add_pending_login(
        &self,
        state: &TokenHash,
        login: &PendingLogin,
    ) -> Result<(), StoreError> {
        let all = &mut self.tables()?.people.pending_logins;
        all.insert(state.clone(), login.clone());
        bound(all, MOST_PENDING, |login| login.expires);
        Ok(())
    }

    async fn take_pending_login(
        &self,
        state: &TokenHash,
    ) -> Result<Option<PendingLogin>, StoreError> {
        Ok(self.tables()?.people.pending_logins.remove(state))
    }

    async fn purge_pending_logins(&self, now: Timestamp) -> Result<(), StoreError> {
        let all = &mut self.tables()?.people.pending_logins;
        all.retain(|_, login| login.expires > now);
        Ok(())
    }
}

#[async_trait]
impl CodeStore for Memory {
    async fn add_code(
        &self,
        code: &TokenHash,
        grant: &Grant,
        since: Epoch,
    ) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        tables.check_unchanged(grant.account, since)?;
        let all = &mut tables.people.codes;
        all.insert(code.clone(), grant.clone());
        bound(all, MOST_PENDING, |grant| grant.expires);
        Ok(())
    }

    async fn take_code(&self, code: &TokenHash) -> Result<Option<Grant>, StoreError> {
        Ok(self.tables()?.people.codes.remove(code))
    }

    async fn purge_codes(&self, now: Timestamp) -> Result<(), StoreError> {
        self.tables()?
            .people
            .codes
            .retain(|_, grant| grant.expires > now);
        Ok(())
    }
}

#[async_trait]
impl SigningKeyStore for Memory {
    async fn signing_keys(&self) -> Result<Vec<StoredKey>, StoreError> {
        Ok(self.tables()?.people.signing_keys.clone())
    }

    async fn add_signing_key(&self, key: &StoredKey, known: usize) -> Result<bool, StoreError> {
        let keys = &mut self.tables()?.people.signing_keys;
        let is_so = keys.len() == known;
        if is_so {
            keys.push(key.clone());
        }
        Ok(is_so)
    }

    async fn forget_signing_keys(&self, before: Timestamp) -> Result<(), StoreError> {
        self.tables()?
            .people
            .signing_keys
            .retain(|key| key.made >= before);
        Ok(())
    }
}
