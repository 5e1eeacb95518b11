//! Making accounts and logging in to them.

mod passwords;

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use ds_core::{AccountId, Clock, StoreError};

use crate::{
    Account, AccountStore, EmailError, PasswordError, PasswordProblem, PasswordRules, email,
    password, throttle::Throttle,
};

pub use passwords::ChangePasswordError;

/// The accounts of this host, with their rules.
pub struct Accounts {
    store: Arc<dyn AccountStore>,
    clock: Arc<dyn Clock>,
    rules: PasswordRules,
    throttle: Throttle,
    confirming: Throttle,
    /// There was an account once. Somebody is always left to run the host, so this stays true.
    has_any: AtomicBool,
}

/// Why an account was not made.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The mail address is none.
    #[error(transparent)]
    Email(#[from] EmailError),
    /// The password breaks the rules.
    #[error(transparent)]
    Rules(#[from] PasswordProblem),
    /// The mail address has an account.
    #[error("there is an account for {0} already")]
    Taken(String),
    /// The first account was to be made, and there is one.
    #[error("this host is set up already: log in instead")]
    AlreadySetUp,
    /// The password could not be hashed.
    #[error(transparent)]
    Password(PasswordError),
    /// The store failed.
    #[error("cannot make the account")]
    Store(#[source] StoreError),
}

/// Why somebody was not logged in.
#[derive(Debug, thiserror::Error)]
pub enum LogInError {
    /// One of the two is wrong; which is not told.
    #[error("wrong email or password")]
    Wrong,
    /// There were too many attempts.
    #[error("too many attempts; try again in {} s", .retry_after.as_secs().max(1))]
    TooMany {
        /// How long to wait.
        retry_after: Duration,
    },
    /// The password could not be compared.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The store failed.
    #[error("cannot log in just now")]
    Store(#[from] StoreError),
}

impl Accounts {
    /// The accounts kept in `store`.
    pub fn new(store: Arc<dyn AccountStore>, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            throttle: Throttle::new(Arc::clone(&clock)),
            confirming: Throttle::new(Arc::clone(&clock)),
            clock,
            rules: PasswordRules::default(),
            has_any: AtomicBool::new(false),
        }
    }

    /// Makes an account, for somebody who vouches for the mail address: an operator.
    pub async fn create(
        &self,
        email: &str,
        password: String,
        is_admin: bool,
    ) -> Result<Account, AccountError> {
        let (account, hash) = self.prepare(email, password, is_admin).await?;
        self.add(account, &hash).await
    }

    /// Makes an account for somebody who did not show that the mail address is theirs.
    pub(crate) async fn create_unproven(
        &self,
        email: &str,
        password: String,
    ) -> Result<Account, AccountError> {
        let (mut account, hash) = self.prepare(email, password, false).await?;
        account.email_proven = false;
        self.add(account, &hash).await
    }

    async fn add(&self, account: Account, hash: &str) -> Result<Account, AccountError> {
        match self.store.add_account(&account, hash).await {
            Ok(()) => Ok(account),
            Err(StoreError::Taken { .. }) => Err(AccountError::Taken(account.email)),
            Err(error) => Err(AccountError::Store(error)),
        }
    }

    /// Makes the very first account, an admin. Of two that race, the database lets one win.
    pub async fn create_first(
        &self,
        email: &str,
        password: String,
    ) -> Result<Account, AccountError> {
        let (account, hash) = self.prepare(email, password, true).await?;
        match self.store.add_first_account(&account, &hash).await {
            Ok(()) => Ok(account),
            Err(StoreError::Taken { .. }) => Err(AccountError::AlreadySetUp),
            Err(error) => Err(AccountError::Store(error)),
        }
    }

    /// Whether there is no account yet, so that the host has to be set up. Strangers make it ask: once there is one,
    /// that is remembered.
    pub async fn none_yet(&self) -> Result<bool, StoreError> {
        if self.has_any.load(Ordering::Relaxed) {
            return Ok(false);
        }
        let has_any = self.store.has_accounts().await?;
        self.has_any.fetch_or(has_any, Ordering::Relaxed);
        Ok(!has_any)
    }

    /// The account of a mail address and password. `from` is where the attempt comes from, if it comes over
    /// the network: guessing is slowed down by account and by network.
    pub async fn log_in(
        &self,
        email: &str,
        password: String,
        from: Option<IpAddr>,
    ) -> Result<Account, LogInError> {
        // What is no address is counted and takes as long as one without an account.
        let email = email::normalised(email).unwrap_or_default();
        let attempt = self
            .throttle
            .attempt(&email, from)
            .map_err(|retry_after| LogInError::TooMany { retry_after })?;
        let account = self.check(&email, password).await?;
        self.throttle.succeeded(attempt);
        Ok(account)
    }

    /// Whether this is the password of somebody who is logged in. Guesses are counted apart from those at the log-in page:
    /// who makes them there keeps nobody from confirming what they do.
    ///
    /// # Errors
    /// If it is not, or there were too many wrong ones.
    pub async fn confirm(
        &self,
        account: &Account,
        password: String,
        from: Option<IpAddr>,
    ) -> Result<(), LogInError> {
        let attempt = self.confirming.attempt(&account.id.to_string(), from);
        let attempt = attempt.map_err(|retry_after| LogInError::TooMany { retry_after })?;
        let found = self.check(&account.email, password).await?;
        if found.id != account.id {
            return Err(LogInError::Wrong);
        }
        self.confirming.succeeded(attempt);
        Ok(())
    }

    /// Whether somebody has logged in with this address from there, of late.
    pub fn knows(&self, email: &str, from: Option<IpAddr>) -> bool {
        email::normalised(email).is_ok_and(|email| self.throttle.knows(&email, from))
    }

    /// Whether a mail address has an account.
    pub(crate) async fn is_taken(&self, email: &str) -> Result<bool, StoreError> {
        self.store.has_account(email).await
    }

    /// An account to record, with the hash of its password; its address counts as proven.
    pub(crate) async fn prepare(
        &self,
        email: &str,
        password: String,
        is_admin: bool,
    ) -> Result<(Account, String), AccountError> {
        let email = email::normalised(email)?;
        self.rules.check(&password, &email)?;
        let hash = password::hash_password(password)
            .await
            .map_err(AccountError::Password)?;
        let account = Account {
            id: AccountId::new(),
            email,
            email_proven: true,
            is_admin,
            created: self.clock.now(),
        };
        Ok((account, hash))
    }

    async fn check(&self, email: &str, password: String) -> Result<Account, LogInError> {
        let found = self.store.account_with_password(email).await?;
        let (account, hash) = match found {
            Some(found) if password.len() <= self.rules.max_bytes => found,
            _ => {
                password::verify_nobody(String::new()).await?;
                return Err(LogInError::Wrong);
            }
        };
        if !password::verify_password(password.clone(), hash.clone()).await? {
            return Err(LogInError::Wrong);
        }
        if password::needs_rehash(&hash)
            && let Err(error) = self.rehash(&account, &hash, password).await
        {
            tracing::warn!(account = %account.id, %error, "cannot renew a password's hash");
        }
        Ok(account)
    }

    async fn rehash(
        &self,
        account: &Account,
        present: &str,
        password: String,
    ) -> Result<(), LogInError> {
        let new = password::hash_password(password).await?;
        Ok(self.store.renew_hash(account.id, present, &new).await?)
    }
}

#[cfg(test)]
mod tests;
