//! Registrations as they are kept, and why somebody is not registered.

use std::time::Duration;

use async_trait::async_trait;
use ds_core::{StoreError, Timestamp, secret::TokenHash};

use crate::{Account, AccountError, EmailError};

/// Somebody who wants an account and was sent a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// The mail address that the link proves.
    pub email: String,
    /// When it ends.
    pub expires: Timestamp,
}

/// Why nobody was registered.
#[derive(Debug, thiserror::Error)]
pub enum RegisterError {
    /// The host does not take whoever comes.
    #[error(
        "this host does not take new people by themselves; ask whoever runs it for an invitation"
    )]
    Closed,
    /// The link is none, or not any more.
    #[error("this link is used or too old; register again to get another")]
    Gone,
    /// The account cannot be made.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// There were too many requests.
    #[error("too many attempts; try again in {} s", .retry_after.as_secs().max(1))]
    TooMany {
        /// How long to wait.
        retry_after: Duration,
    },
    /// The store failed.
    #[error("cannot register anybody just now")]
    Store(#[from] StoreError),
}

impl From<EmailError> for RegisterError {
    fn from(error: EmailError) -> Self {
        Self::Account(error.into())
    }
}

/// Registrations that wait for their proof, by the hash of their token.
#[async_trait]
pub trait RegistrationStore: Send + Sync {
    /// Records one; an older one of the same address ends. Of more than `most`, those that end first go.
    async fn add_registration(
        &self,
        token: &TokenHash,
        registration: &Registration,
        most: u32,
    ) -> Result<(), StoreError>;
    /// One of them; it may have expired.
    async fn registration(&self, token: &TokenHash) -> Result<Option<Registration>, StoreError>;
    /// Makes the account and uses the registration up, if it is there and good at `now`: both or neither.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if it is not, [`StoreError::Taken`] if the mail address has an account.
    async fn accept_registration(
        &self,
        token: &TokenHash,
        now: Timestamp,
        account: &Account,
        password_hash: &str,
    ) -> Result<(), StoreError>;
    /// Removes what ended before then.
    async fn purge_registrations(&self, before: Timestamp) -> Result<(), StoreError>;
}
