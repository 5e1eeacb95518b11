//! Accounts of people on this host.

use std::collections::HashMap;

use async_trait::async_trait;
use ds_core::{AccountId, StoreError, Timestamp};

use crate::Epoch;

/// A person's account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// The mail address they log in with, lower case.
    pub email: String,
    /// Whether somebody showed that this address is theirs, or whoever runs the host vouches for it. One that is not
    /// proven says nothing of who its owner is.
    pub email_proven: bool,
    /// Whether they run this host.
    pub is_admin: bool,
    /// When it was made.
    pub created: Timestamp,
}

/// The accounts of this host.
#[async_trait]
pub trait AccountStore: Send + Sync {
    /// Every account, oldest first.
    async fn accounts(&self) -> Result<Vec<Account>, StoreError>;
    /// Whether there is any account. Costs the same however many there are.
    async fn has_accounts(&self) -> Result<bool, StoreError>;
    /// One account.
    async fn account(&self, id: AccountId) -> Result<Option<Account>, StoreError>;
    /// The mail addresses of these accounts; one that is not there is left out.
    async fn emails_of(&self, ids: &[AccountId]) -> Result<HashMap<AccountId, String>, StoreError>;
    /// Whether a mail address, in lower case, has an account, blocked or not.
    async fn has_account(&self, email: &str) -> Result<bool, StoreError>;
    /// An account and its password hash (PHC string), by mail address in lower case. A blocked one is not found.
    async fn account_with_password(
        &self,
        email: &str,
    ) -> Result<Option<(Account, String)>, StoreError>;
    /// Records an account with its password hash.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if the mail address has an account.
    async fn add_account(&self, account: &Account, password_hash: &str) -> Result<(), StoreError>;
    /// Records the very first account. Decided in the database, so that of two that race one wins.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if there is an account already.
    async fn add_first_account(
        &self,
        account: &Account,
        password_hash: &str,
    ) -> Result<(), StoreError>;
    /// Puts a new password hash in the place of the present one, if that is still `present`: whoever changed
    /// the password meanwhile wins. Links to set it anew end with it, and so do logins under way
    /// ([`add_session`](crate::SessionStore::add_session)). Since when, if it did.
    async fn replace_password(
        &self,
        id: AccountId,
        present: &str,
        new: &str,
    ) -> Result<Option<Epoch>, StoreError>;
    /// Puts another hash of the same password in the place of the present one, if that is still `present`. Nothing ends with it.
    async fn renew_hash(&self, id: AccountId, present: &str, new: &str) -> Result<(), StoreError>;
}
