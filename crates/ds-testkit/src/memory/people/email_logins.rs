//! Links by mail that were sent and not used.

use async_trait::async_trait;
use ds_auth::{
    dropid::MOST_PENDING,
    people::{EmailLogin, EmailLoginStore},
};
use ds_core::{StoreError, Timestamp, secret::TokenHash};

use super::{Memory, bound};

#[async_trait]
impl EmailLoginStore for Memory {
    async fn add_email_login(
        &self,
        token: &TokenHash,
        login: &EmailLogin,
    ) -> Result<(), StoreError> {
        let all = &mut self.tables()?.people.email_logins;
        all.insert(token.clone(), login.clone());
        bound(all, MOST_PENDING, |login| login.expires);
        Ok(())
    }

    async fn email_login(&self, token: &TokenHash) -> Result<Option<EmailLogin>, StoreError> {
        Ok(self.tables()?.people.email_logins.get(token).cloned())
    }

    async fn take_email_login(&self, token: &TokenHash) -> Result<Option<EmailLogin>, StoreError> {
        Ok(self.tables()?.people.email_logins.remove(token))
    }

    async fn purge_email_logins(&self, now: Timestamp) -> Result<(), StoreError> {
        let all = &mut self.tables()?.people.email_logins;
        all.retain(|_, login| login.expires > now);
        Ok(())
    }
}
