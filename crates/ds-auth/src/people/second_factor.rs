//! A second factor: codes of an authenticator app (RFC 6238), and codes on paper for when it is lost.
//!
//! ```text
//! off ──begin──▶ offered ──confirm──▶ on ──turn_off──▶ off
//!                  └──begin──▶ offered anew
//! ```

use std::{net::IpAddr, sync::Arc, time::Duration};

use async_trait::async_trait;
use ds_core::{
    AccountId, Clock, StoreError,
    secret::{Token, TokenHash, random_bytes},
};
use totp_rs::{Builder, Secret, Totp};

use super::recovery;
use crate::throttle::Throttle;

/// What is kept of an account's second factor.
#[derive(Clone, PartialEq, Eq)]
pub struct SecondFactor {
    /// What the app was told, in base 32. A store seals it.
    pub secret: String,
    /// Whether a code of it was given: until then it is an offer and asks nobody for anything.
    pub is_on: bool,
    /// The last time step of which a code was used; it and those before are used up.
    pub last_step: u64,
    /// How many codes on paper are left.
    pub recovery_left: u32,
}

/// What to show for an authenticator app to scan or type.
#[derive(Clone)]
pub struct TotpOffer {
    /// To type, in base 32.
    pub secret: String,
    /// To scan: `otpauth://…`.
    pub url: String,
}

/// Why a code was not taken.
#[derive(Debug, thiserror::Error)]
pub enum FactorError {
    /// Wrong, used before, or too old.
    #[error("that code is wrong, or was used before; wait for the next one")]
    Wrong,
    /// It looks like one on paper, and is none.
    #[error("that recovery code is wrong, or was used before")]
    WrongPaper,
    /// Too many wrong ones.
    #[error("too many attempts; try again in {} s", .retry_after.as_secs().max(1))]
    TooMany {
        /// How long to wait.
        retry_after: Duration,
    },
    /// It is on already, or was never begun.
    #[error("there is nothing to confirm; begin again")]
    NotOffered,
    /// What is kept cannot be used.
    #[error("the second factor that is kept cannot be used; an admin can turn it off")]
    Unusable,
    /// The store failed.
    #[error("cannot check the code just now")]
    Store(#[from] StoreError),
}

/// The second factors of this host's accounts.
#[async_trait]
pub trait SecondFactorStore: Send + Sync {
    /// That of an account, offered or on.
    async fn second_factor(&self, account: AccountId) -> Result<Option<SecondFactor>, StoreError>;
    /// Records an offer, in the place of an earlier offer.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if it is on, [`StoreError::Missing`] if there is no such account.
    async fn offer_second_factor(&self, account: AccountId, secret: &str)
    -> Result<(), StoreError>;
    /// Turns on what is offered with this secret, with codes on paper. Says whether it did.
    async fn confirm_second_factor(
        &self,
        account: AccountId,
        secret: &str,
        step: u64,
        recovery: &[TokenHash],
    ) -> Result<bool, StoreError>;
    /// Uses up a time step and those before. Says whether it was not used before: of two at once, one.
    async fn use_step(&self, account: AccountId, step: u64) -> Result<bool, StoreError>;
    /// Uses up a code on paper. Says whether it was there.
    async fn use_recovery(&self, account: AccountId, code: &TokenHash) -> Result<bool, StoreError>;
    /// Turns it off; one that is off is fine.
    async fn remove_second_factor(&self, account: AccountId) -> Result<(), StoreError>;
}

/// Asks for second factors.
pub struct SecondFactors {
    store: Arc<dyn SecondFactorStore>,
    clock: Arc<dyn Clock>,
    throttle: Throttle,
}

impl SecondFactors {
    /// Those kept in `store`.
    pub fn new(store: Arc<dyn SecondFactorStore>, clock: Arc<dyn Clock>) -> Self {
        Self {
            throttle: Throttle::new(Arc::clone(&clock)),
            store,
            clock,
        }
    }

    /// Whether an account is asked for one.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn is_on(&self, account: AccountId) -> Result<bool, StoreError> {
        let found = self.store.second_factor(account).await?;
        Ok(found.is_some_and(|factor| factor.is_on))
    }

    /// Offers one. `host` and `email` are what the app will show.
    ///
    /// # Errors
    /// If it is on.
    pub async fn begin(
        &self,
        account: AccountId,
        email: &str,
        host: &str,
    ) -> Result<TotpOffer, FactorError> {
        let secret = Secret::new(Box::new(random_bytes::<20>())).to_base32();
        let url = totp(&secret, email, host).and_then(|totp| totp.to_url().ok());
        let url = url.ok_or(FactorError::Unusable)?;
        match self.store.offer_second_factor(account, &secret).await {
            Ok(()) => Ok(TotpOffer { secret, url }),
            Err(StoreError::Taken { .. }) => Err(FactorError::NotOffered),
            Err(error) => Err(error.into()),
        }
    }

    /// What was offered, once more, to whoever was shown it.
    ///
    /// # Errors
    /// If this is not what is offered.
    pub async fn offered(
        &self,
        account: AccountId,
        secret: &str,
        email: &str,
        host: &str,
    ) -> Result<TotpOffer, FactorError> {
        let secret = self.secret_offered(account, secret).await?;
        let url = totp(&secret, email, host).and_then(|totp| totp.to_url().ok());
        let url = url.ok_or(FactorError::Unusable)?;
        Ok(TotpOffer { secret, url })
    }

    /// Turns it on, with a first code of the app that was shown this secret. What comes back is to be written down,
    /// and never shown again.
    ///
    /// # Errors
    /// If the code is wrong, or another secret is offered, or none.
    pub async fn confirm(
        &self,
        account: AccountId,
        secret: &str,
        code: &str,
        from: Option<IpAddr>,
    ) -> Result<Vec<String>, FactorError> {
        let attempt = self.attempt(account, from)?;
        let secret = self.secret_offered(account, secret).await?;
        let step = self.step(&secret, code)?.ok_or(FactorError::Wrong)?;
        let (codes, hashes) = recovery::codes();
        let confirmed = self
            .store
            .confirm_second_factor(account, &secret, step, &hashes);
        if !confirmed.await? {
            return Err(FactorError::NotOffered);
        }
        self.throttle.succeeded(attempt);
        Ok(codes)
    }

    /// Whether a code, of the app or on paper, is good now. It is used up.
    ///
    /// # Errors
    /// If it is not.
    pub async fn check(
        &self,
        account: AccountId,
        code: &str,
        from: Option<IpAddr>,
    ) -> Result<(), FactorError> {
        let attempt = self.attempt(account, from)?;
        let found = self.store.second_factor(account).await?;
        let factor = found.filter(|factor| factor.is_on);
        let factor = factor.ok_or(FactorError::Wrong)?;
        let papers = recovery::typed(code);
        if papers.is_empty() {
            let is_good = match self.step(&factor.secret, code)? {
                Some(step) if step > factor.last_step => self.store.use_step(account, step).await?,
                _ => false,
            };
            if !is_good {
                return Err(FactorError::Wrong);
            }
        } else if !self.use_any(account, &papers).await? {
            return Err(FactorError::WrongPaper);
        }
        self.throttle.succeeded(attempt);
        Ok(())
    }

    async fn use_any(&self, account: AccountId, papers: &[TokenHash]) -> Result<bool, StoreError> {
        for paper in papers {
            if self.store.use_recovery(account, paper).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Turns it off. That whoever asks may do so was checked: by a code, or by an admin.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn turn_off(&self, account: AccountId) -> Result<(), StoreError> {
        self.store.remove_second_factor(account).await
    }

    /// How many codes on paper are left, where it is on.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn recovery_left(&self, account: AccountId) -> Result<Option<u32>, StoreError> {
        let found = self.store.second_factor(account).await?;
        let on = found.filter(|factor| factor.is_on);
        Ok(on.map(|factor| factor.recovery_left))
    }

    async fn secret_offered(&self, account: AccountId, shown: &str) -> Result<String, FactorError> {
        let found = self.store.second_factor(account).await?;
        let offered = found
            .filter(|factor| !factor.is_on)
            .map(|factor| factor.secret);
        // Compared as hashes: how much of it is right takes no time to tell.
        let is_it = |secret: &String| {
            Token::presented(secret)
                .hash()
                .matches(&Token::presented(shown))
        };
        offered.filter(is_it).ok_or(FactorError::NotOffered)
    }

    fn attempt(
        &self,
        account: AccountId,
        from: Option<IpAddr>,
    ) -> Result<crate::throttle::Attempt, FactorError> {
        let attempt = self.throttle.attempt(&account.to_string(), from);
        attempt.map_err(|retry_after| FactorError::TooMany { retry_after })
    }

    /// The time step of a code, if it is one of about now.
    fn step(&self, secret: &str, code: &str) -> Result<Option<u64>, FactorError> {
        let totp = totp(secret, "account", "").ok_or(FactorError::Unusable)?;
        let code: String = code
            .chars()
            .filter(|c| !c.is_whitespace())
            .take(7)
            .collect();
        let seconds = u64::try_from(self.clock.now().0 / 1000).unwrap_or_default();
        let is_code = code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit());
        Ok(is_code.then(|| totp.check(&code, seconds)).flatten())
    }
}

/// Six digits, thirty seconds, SHA-1: what every app understands. One step early or late is good too.
fn totp(secret: &str, email: &str, host: &str) -> Option<Totp> {
    let secret = Secret::try_from_base32(secret).ok()?;
    let name = email.replace(':', " ");
    let host = host.replace(':', " ");
    Builder::new()
        .with_secret(secret)
        .with_account_name(name)
        .with_issuer((!host.is_empty()).then_some(host))
        .build()
        .ok()
}
