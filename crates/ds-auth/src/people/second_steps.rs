//! What follows the password of an account.
//!
//! ```text
//!                    no passkey        passkeys          passkeys, asked for after the password
//! codes are off      nothing           nothing           a passkey
//! codes are on       a code            code or passkey   code or passkey
//! ```

use std::sync::Arc;

use ds_core::{AccountId, StoreError};

use super::SecondFactorStore;
use crate::passkeys::PasskeyStore;

/// What may follow a password; if nothing may, nothing has to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SecondStep {
    /// A code of an authenticator app, or on paper.
    pub code: bool,
    /// A passkey.
    pub passkey: bool,
}

impl SecondStep {
    /// Whether a password alone is not enough.
    #[must_use]
    pub fn is_asked(self) -> bool {
        self.code || self.passkey
    }
}

/// Knows what follows passwords.
pub struct SecondSteps {
    factors: Arc<dyn SecondFactorStore>,
    passkeys: Arc<dyn PasskeyStore>,
}

impl SecondSteps {
    /// What follows as these stores say.
    pub fn new(factors: Arc<dyn SecondFactorStore>, passkeys: Arc<dyn PasskeyStore>) -> Self {
        Self { factors, passkeys }
    }

    /// What follows the password of an account.
    ///
    /// # Errors
    /// If a store fails; then nobody may go on.
    pub async fn of(&self, account: AccountId) -> Result<SecondStep, StoreError> {
        let factor = self.factors.second_factor(account).await?;
        let code = factor.is_some_and(|factor| factor.is_on);
        let has_passkeys = !self.passkeys.passkeys_of(account).await?.is_empty();
        let passkey = has_passkeys && (code || self.passkeys.passkey_follows(account).await?);
        Ok(SecondStep { code, passkey })
    }

    /// Whether an account is asked for a passkey after its password.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn passkey_follows(&self, account: AccountId) -> Result<bool, StoreError> {
        self.passkeys.passkey_follows(account).await
    }

    /// Says whether it is to be.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn let_passkey_follow(&self, account: AccountId, it: bool) -> Result<(), StoreError> {
        self.passkeys.set_passkey_follows(account, it).await
    }

    /// Lets a password be enough again. Passkeys stay.
    ///
    /// # Errors
    /// If a store fails.
    pub async fn drop_all(&self, account: AccountId) -> Result<(), StoreError> {
        self.factors.remove_second_factor(account).await?;
        self.passkeys.set_passkey_follows(account, false).await
    }
}
