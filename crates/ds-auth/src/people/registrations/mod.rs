//! People who come by themselves: with a proof of their mail address, or without.

mod store;

use std::{
    net::IpAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
    time::Duration,
};

use ds_core::{Clock, StoreError, Timestamp, error_chain, secret::Token};
use moka::{policy::EvictionPolicy, sync::Cache};

use super::{RegistrationRule, RoleStore, SettingStore};
use crate::{Account, AccountError, Accounts, email, throttle::Throttle};

pub use store::{RegisterError, Registration, RegistrationStore};

const GOOD_FOR: Duration = Duration::from_hours(24);
/// A letter to one address at most this often.
const LETTER_EVERY: Duration = Duration::from_mins(5);
/// How many registrations wait at most; those that end first go first.
const MOST: u32 = 10_000;
const LETTERS: u64 = 100_000;
/// How many may register from one network, or ask for one address, before the first wait.
const FREE_PER_ADDRESS: u32 = 5;
const FREE_PER_NETWORK: u32 = 10;
/// What the rule is called among the settings.
const RULE: &str = "registration";

/// Lets people make accounts for themselves, as far as the rule allows.
pub struct Registrations {
    inner: Arc<Inner>,
    accounts: Arc<Accounts>,
    throttle: Throttle,
    /// The rule, once it was read; with how often it was set since the start.
    rule: Mutex<Option<RegistrationRule>>,
    set: AtomicU64,
    has_mail: bool,
}

/// What [`Registrations`] stands on.
pub struct RegistrationParts {
    /// Those that wait.
    pub registrations: Arc<dyn RegistrationStore>,
    /// Where the rule is kept.
    pub settings: Arc<dyn SettingStore>,
    /// Which addresses have accounts.
    pub roles: Arc<dyn RoleStore>,
    /// Makes accounts.
    pub accounts: Arc<Accounts>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Whether this host sends mail.
    pub has_mail: bool,
}

struct Inner {
    store: Arc<dyn RegistrationStore>,
    settings: Arc<dyn SettingStore>,
    roles: Arc<dyn RoleStore>,
    clock: Arc<dyn Clock>,
    /// Who was written to lately.
    written: Cache<String, Timestamp>,
}

impl Registrations {
    /// Registrations over these parts.
    #[must_use]
    pub fn new(parts: RegistrationParts) -> Self {
        let clock = Arc::clone(&parts.clock);
        Self {
            throttle: Throttle::with_free(clock, FREE_PER_ADDRESS, FREE_PER_NETWORK),
            inner: Arc::new(Inner {
                store: parts.registrations,
                settings: parts.settings,
                roles: parts.roles,
                clock: parts.clock,
                written: Cache::builder()
                    .max_capacity(LETTERS)
                    .time_to_live(LETTER_EVERY)
                    .eviction_policy(EvictionPolicy::lru())
                    .build(),
            }),
            accounts: parts.accounts,
            rule: Mutex::default(),
            set: AtomicU64::new(0),
            has_mail: parts.has_mail,
        }
    }

    /// Whether this host sends mail, so that addresses can be proven.
    #[must_use]
    pub fn has_mail(&self) -> bool {
        self.has_mail
    }

    /// Who may get an account. Where addresses cannot be proven, that rule means: whoever is invited.
    ///
    /// # Errors
    /// If it cannot be read. It is read once.
    pub async fn rule(&self) -> Result<RegistrationRule, StoreError> {
        let rule = self.stored_rule().await?;
        let cannot = rule == RegistrationRule::Proven && !self.has_mail;
        Ok(if cannot {
            RegistrationRule::Invited
        } else {
            rule
        })
    }

    /// Sets who may get an account.
    ///
    /// # Errors
    /// If it cannot be recorded.
    pub async fn set_rule(&self, rule: RegistrationRule) -> Result<(), StoreError> {
        let set = self.inner.settings.set_setting(RULE, rule.name()).await;
        // Whatever became of it: it is read anew, and who reads it just now does not keep what they read.
        self.set.fetch_add(1, SeqCst);
        *self.known() = None;
        set
    }

    /// Asks for a link that proves a mail address. Whoever asks is answered at once and always the same: whether there is an account
    /// is found out by what comes back, to be run in a task of its own; it hands the address to `send`, with the link's token if
    /// there is none. Nobody is written to more than once in a few minutes.
    ///
    /// # Errors
    /// If that is not how people come here, the address is none, or it was asked too often.
    pub async fn ask<F, S>(
        &self,
        email: &str,
        from: Option<IpAddr>,
        send: S,
    ) -> Result<impl Future<Output = ()> + Send + use<F, S>, RegisterError>
    where
        F: Future<Output = ()> + Send,
        S: FnOnce(String, Option<Token>) -> F + Send + 'static,
    {
        self.check_rule(RegistrationRule::Proven).await?;
        let email = email::normalised(email)?;
        self.attempt(&email, from)?;
        let inner = Arc::clone(&self.inner);
        Ok(async move {
            match inner.begin(&email).await {
                Ok(Some(token)) => send(email, token).await,
                Ok(None) => {}
                Err(error) => {
                    let error = error_chain(&error);
                    tracing::warn!(error, "cannot begin to register somebody");
                }
            }
        })
    }

    /// Whether a link is good now.
    ///
    /// # Errors
    /// If it is not.
    pub async fn look(&self, token: &Token) -> Result<Registration, RegisterError> {
        self.check_rule(RegistrationRule::Proven).await?;
        if !token.is_well_formed() {
            return Err(RegisterError::Gone);
        }
        let found = self.inner.store.registration(&token.hash()).await?;
        let good = found.filter(|one| self.inner.clock.now() < one.expires);
        good.ok_or(RegisterError::Gone)
    }

    /// Makes the account of whoever came with a link.
    ///
    /// # Errors
    /// If the link is not good, or the account cannot be made; then it can be tried again.
    pub async fn finish(&self, token: &Token, password: String) -> Result<Account, RegisterError> {
        let registration = self.look(token).await?;
        let prepared = self.accounts.prepare(&registration.email, password, false);
        let (account, hash) = prepared.await?;
        let (hash_of, now) = (token.hash(), self.inner.clock.now());
        let store = &self.inner.store;
        match store
            .accept_registration(&hash_of, now, &account, &hash)
            .await
        {
            Ok(()) => Ok(account),
            Err(StoreError::Missing { .. }) => Err(RegisterError::Gone),
            Err(StoreError::Taken { .. }) => Err(AccountError::Taken(account.email).into()),
            Err(error) => Err(error.into()),
        }
    }

    /// Makes the account of whoever comes, without a proof.
    ///
    /// # Errors
    /// If that is not how people come here, or the account cannot be made.
    pub async fn register(
        &self,
        email: &str,
        password: String,
        from: Option<IpAddr>,
    ) -> Result<Account, RegisterError> {
        self.check_rule(RegistrationRule::Anyone).await?;
        self.attempt(&email::normalised(email)?, from)?;
        Ok(self.accounts.create_unproven(email, password).await?)
    }

    /// Removes what is over; for the daily round.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn purge(&self) -> Result<(), StoreError> {
        let now = self.inner.clock.now();
        self.inner.store.purge_registrations(now).await
    }

    /// Every attempt counts, whatever comes of it.
    fn attempt(&self, email: &str, from: Option<IpAddr>) -> Result<(), RegisterError> {
        match self.throttle.attempt(email, from) {
            Ok(_) => Ok(()),
            Err(retry_after) => Err(RegisterError::TooMany { retry_after }),
        }
    }

    async fn check_rule(&self, needed: RegistrationRule) -> Result<(), RegisterError> {
        let is_so = self.rule().await? == needed;
        is_so.then_some(()).ok_or(RegisterError::Closed)
    }

    async fn stored_rule(&self) -> Result<RegistrationRule, StoreError> {
        if let Some(rule) = *self.known() {
            return Ok(rule);
        }
        let before = self.set.load(SeqCst);
        let text = self.inner.settings.setting(RULE).await?;
        let rule = text.and_then(|text| text.parse().ok()).unwrap_or_default();
        let mut known = self.known();
        if self.set.load(SeqCst) == before {
            *known = Some(rule);
        }
        Ok(rule)
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Option<RegistrationRule>> {
        self.rule.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// What to write to an address: nothing if it was just written to, else a token if it has no account.
    async fn begin(&self, email: &str) -> Result<Option<Option<Token>>, StoreError> {
        let now = self.clock.now();
        let last = self.written.get(email);
        if last.is_some_and(|last| last.plus(LETTER_EVERY) > now) {
            return Ok(None);
        }
        self.written.insert(email.to_owned(), now);
        if self.roles.account_at(email).await?.is_some() {
            return Ok(Some(None));
        }
        let token = Token::random();
        let registration = Registration {
            email: email.to_owned(),
            expires: now.plus(GOOD_FOR),
        };
        let hash = token.hash();
        self.store
            .add_registration(&hash, &registration, MOST)
            .await?;
        Ok(Some(Some(token)))
    }
}
