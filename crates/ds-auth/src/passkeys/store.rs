//! What is kept of passkeys, and why one is not taken.

use std::time::Duration;

use async_trait::async_trait;
use ds_core::{AccountId, StoreError, Timestamp};
use webauthn_rs::prelude::{Passkey, WebauthnError};

use super::MOST_PASSKEYS;

/// A passkey of somebody.
#[derive(Clone, Debug)]
pub struct PasskeyRecord {
    /// Its id, in base64 for URLs, as authenticators made it.
    pub id: String,
    /// Whose it is.
    pub account: AccountId,
    /// What they call it.
    pub name: String,
    /// Its public half and what is kept with it.
    pub key: Passkey,
    /// When it was added.
    pub created: Timestamp,
    /// When it was used last.
    pub last_used: Option<Timestamp>,
}

/// The passkeys of this host's accounts.
#[async_trait]
pub trait PasskeyStore: Send + Sync {
    /// Those of an account, oldest first; of a blocked one none.
    async fn passkeys_of(&self, account: AccountId) -> Result<Vec<PasskeyRecord>, StoreError>;
    /// One of them.
    async fn passkey(&self, id: &str) -> Result<Option<PasskeyRecord>, StoreError>;
    /// Records one.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if it is somebody's, [`StoreError::Missing`] if there is no such account.
    async fn add_passkey(&self, passkey: &PasskeyRecord) -> Result<(), StoreError>;
    /// Records that it was used, with what is kept of it now.
    async fn use_passkey(&self, id: &str, key: &Passkey, at: Timestamp) -> Result<(), StoreError>;
    /// Calls one of an account otherwise. Says whether it was there.
    async fn rename_passkey(
        &self,
        account: AccountId,
        id: &str,
        name: &str,
    ) -> Result<bool, StoreError>;
    /// Removes one of an account. Says whether it was there.
    async fn remove_passkey(&self, account: AccountId, id: &str) -> Result<bool, StoreError>;
    /// Whether an account is asked for a passkey after its password.
    async fn passkey_follows(&self, account: AccountId) -> Result<bool, StoreError>;
    /// Says whether it is to be; an account that is not there is fine.
    async fn set_passkey_follows(&self, account: AccountId, it: bool) -> Result<(), StoreError>;
}

/// Why a passkey was not taken.
#[derive(Debug, thiserror::Error)]
pub enum PasskeyError {
    /// The account site's address cannot have passkeys.
    #[error("passkeys cannot be used at this address")]
    Address(#[source] WebauthnError),
    /// Not begun here, or too long ago, or done.
    #[error("that took too long; try again")]
    Stale,
    /// What the browser sent is not as it should be.
    #[error("this passkey cannot be used here")]
    Refused(#[source] WebauthnError),
    /// Nobody's.
    #[error("this passkey belongs to no account here")]
    Unknown,
    /// Enough.
    #[error("an account has at most {MOST_PASSKEYS} passkeys; remove one first")]
    TooMany,
    /// There were too many attempts.
    #[error("too many attempts; try again in {} s", .retry_after.as_secs().max(1))]
    Throttled {
        /// How long to wait.
        retry_after: Duration,
    },
    /// The store failed.
    #[error("cannot use passkeys just now")]
    Store(#[from] StoreError),
}
