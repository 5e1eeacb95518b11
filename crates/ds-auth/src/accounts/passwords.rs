//! Changing a password.

use std::net::IpAddr;

use ds_core::StoreError;

use super::{Account, Accounts, LogInError, PasswordProblem};
use crate::{Standing, password};

/// Why a password was not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangePasswordError {
    /// The present one was not given.
    #[error(transparent)]
    Present(#[from] LogInError),
    /// The new one breaks the rules.
    #[error(transparent)]
    Rules(#[from] PasswordProblem),
    /// Somebody changed it meanwhile.
    #[error("the password was changed meanwhile; log in with the new one")]
    Changed,
}

impl Accounts {
    /// Changes a password, for whoever gives the present one. Every session is to be ended afterwards
    /// ([`Sessions::end_changed`](crate::Sessions::end_changed)); with what comes back a new one can begin.
    ///
    /// # Errors
    /// If the present one is wrong, or the new one breaks the rules.
    pub async fn change_password(
        &self,
        account: &Account,
        present: String,
        new: String,
        from: Option<IpAddr>,
    ) -> Result<Standing, ChangePasswordError> {
        self.rules.check(&new, &account.email)?;
        self.confirm(account, present.clone(), from).await?;
        let failed = |error: StoreError| ChangePasswordError::Present(error.into());
        let found = self.store.account_with_password(&account.email).await;
        let (found, hash) = found.map_err(failed)?.ok_or(ChangePasswordError::Changed)?;
        // It may be another one by now, and whoever changed it wins.
        let is_present = password::verify_password(present, hash.clone()).await;
        if !is_present.map_err(LogInError::from)? {
            return Err(ChangePasswordError::Changed);
        }
        let new = password::hash_password(new)
            .await
            .map_err(LogInError::from)?;
        let replaced = self.store.replace_password(found.id, &hash, &new).await;
        let since = replaced.map_err(failed)?;
        let since = since.filter(|_| found.id == account.id);
        let account = account.id;
        since
            .map(|since| Standing { account, since })
            .ok_or(ChangePasswordError::Changed)
    }
}
