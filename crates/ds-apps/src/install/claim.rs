//! One install of an app at a time.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

use ds_core::AccountId;

use crate::InstallError;

/// An app being installed: two packages of one app at once could each fit what is installed, and not fit
/// together.
pub(super) struct Claim<'a> {
    busy: &'a Mutex<HashSet<(AccountId, String)>>,
    key: (AccountId, String),
}

impl<'a> Claim<'a> {
    /// Fails if somebody else has it.
    pub(super) fn take(
        busy: &'a Mutex<HashSet<(AccountId, String)>>,
        owner: AccountId,
        name: &str,
    ) -> Result<Self, InstallError> {
        let key = (owner, name.to_owned());
        let mut claimed = busy.lock().unwrap_or_else(PoisonError::into_inner);
        if !claimed.insert(key.clone()) {
            let name = key.1;
            return Err(InstallError::Busy { name });
        }
        drop(claimed);
        Ok(Self { busy, key })
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        let mut claimed = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        claimed.remove(&self.key);
    }
}
