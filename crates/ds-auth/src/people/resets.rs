//! Passwords that were forgotten: a link by mail, once, shortly.

use std::{net::IpAddr, sync::Arc, time::Duration};

use async_trait::async_trait;
use ds_core::{
    AccountId, Clock, StoreError, Timestamp,
    secret::{Token, TokenHash},
};

use super::email_logins::letters;
use crate::{
    Account, AccountStore, Aimed, PasswordError, PasswordProblem, PasswordRules, Rates, email,
    password::hash_password,
};

/// How long a link in a letter is good.
pub const RESET_LINK_FOR: Duration = Duration::from_mins(30);
/// How long one is good that an admin hands over.
const HANDED_FOR: Duration = Duration::from_hours(24);
/// Requests from one network in a quarter of an hour.
const FROM_NETWORK: u32 = 20;
const QUARTER: Duration = Duration::from_mins(15);

/// A reset that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reset {
    /// Whose password.
    pub account: AccountId,
    /// Whether the link was sent to the account's address; else an admin handed it over.
    pub by_mail: bool,
    /// The admin who made it; `None` for the command line, and for a letter.
    pub made_by: Option<AccountId>,
    /// When it ends.
    pub expires: Timestamp,
}

/// Why a password was not set anew.
#[derive(Debug, thiserror::Error)]
pub enum ResetError {
    /// None, or not any more.
    #[error("this link is used or too old; ask for another")]
    Gone,
    /// The new password breaks the rules.
    #[error(transparent)]
    Rules(#[from] PasswordProblem),
    /// It could not be hashed.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// There were too many requests.
    #[error("too many attempts; try again in {} s", .retry_after.as_secs().max(1))]
    TooMany {
        /// How long to wait.
        retry_after: Duration,
    },
    /// The store failed.
    #[error("cannot set the password just now")]
    Store(#[from] StoreError),
}

/// Resets that were asked for, by the hash of their token.
#[async_trait]
pub trait ResetStore: Send + Sync {
    /// Records one; an older one of the account that was given in the same way ends, and the other stays: who asks for a letter ends
    /// no link that an admin handed over. One that is to be `sent_to` an address is recorded if the account has that address and is
    /// not blocked: decided in one statement. It ends when whoever made it is blocked, removed, or runs the host no longer.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such account, or who made it does not run the host.
    async fn add_reset(
        &self,
        token: &TokenHash,
        reset: &Reset,
        sent_to: Option<&str>,
    ) -> Result<(), StoreError>;
    /// One of them; it may have expired.
    async fn reset(&self, token: &TokenHash) -> Result<Option<Reset>, StoreError>;
    /// Sets the password, ends every session of the account, every login under way and every reset, and records that the address is
    /// proven if the link was sent there, if it is there and good at `now`: all or nothing.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if it is not.
    async fn use_reset(
        &self,
        token: &TokenHash,
        now: Timestamp,
        password_hash: &str,
    ) -> Result<(), StoreError>;
    /// Removes what ended before then.
    async fn purge_resets(&self, before: Timestamp) -> Result<(), StoreError>;
}

/// Sets passwords anew.
pub struct Resets {
    inner: Arc<Inner>,
    from_network: Rates<IpAddr>,
    to_address: Aimed<String>,
}

struct Inner {
    store: Arc<dyn ResetStore>,
    accounts: Arc<dyn AccountStore>,
    clock: Arc<dyn Clock>,
}

impl Resets {
    /// Resets kept in `store`, of accounts kept in `accounts`.
    pub fn new(
        store: Arc<dyn ResetStore>,
        accounts: Arc<dyn AccountStore>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            from_network: Rates::new(Arc::clone(&clock), FROM_NETWORK, QUARTER),
            to_address: letters(&clock),
            inner: Arc::new(Inner {
                store,
                accounts,
                clock,
            }),
        }
    }

    /// Asks for a link. Whoever asks is answered at once and always the same: whether there is an account is found out by what
    /// comes back, to be run in a task of its own; it hands the link's token and its account to `send`. `is_known` if somebody has
    /// [logged in](crate::Accounts::knows) with the address from there: strangers do not keep them from a letter.
    ///
    /// # Errors
    /// If that was asked too often for this address or from there, account or not.
    pub fn ask<F, S>(
        &self,
        email: &str,
        from: Option<IpAddr>,
        is_known: bool,
        send: S,
    ) -> Result<impl Future<Output = ()> + Send + use<F, S>, ResetError>
    where
        F: Future<Output = ()> + Send,
        S: FnOnce(Account, Token) -> F + Send + 'static,
    {
        let email = email::normalised(email).unwrap_or_default();
        let counted = self
            .from_network
            .count_network(from)
            .and_then(|()| self.to_address.count_as(email.clone(), from, is_known));
        counted.map_err(|retry_after| ResetError::TooMany { retry_after })?;
        let inner = Arc::clone(&self.inner);
        Ok(async move {
            match inner.begin(&email).await {
                Ok(Some((account, token))) => send(account, token).await,
                Ok(None) => {}
                Err(error) => {
                    let error = ds_core::error_chain(&error);
                    tracing::warn!(error, "cannot begin to set a password anew");
                }
            }
        })
    }

    /// A link for an account, to be handed over by whoever may: an admin, or `None` for the command line.
    ///
    /// # Errors
    /// If `by` runs the host no longer, or the store fails.
    pub async fn hand_out(
        &self,
        account: AccountId,
        by: Option<AccountId>,
    ) -> Result<Token, StoreError> {
        let reset = Reset {
            account,
            by_mail: false,
            made_by: by,
            expires: self.inner.clock.now().plus(HANDED_FOR),
        };
        self.inner.add(&reset, None).await
    }

    /// Whether a link is good now.
    ///
    /// # Errors
    /// If it is not.
    pub async fn look(&self, token: &Token) -> Result<Account, ResetError> {
        if !token.is_well_formed() {
            return Err(ResetError::Gone);
        }
        let found = self.inner.store.reset(&token.hash()).await?;
        let good = found.filter(|reset| self.inner.clock.now() < reset.expires);
        let reset = good.ok_or(ResetError::Gone)?;
        let account = self.inner.accounts.account(reset.account).await?;
        let account = account.ok_or(ResetError::Gone)?;
        // A blocked one has no password.
        let open = self.inner.accounts.account_with_password(&account.email);
        let open = open.await?.filter(|(open, _)| open.id == account.id);
        open.map(|_| account).ok_or(ResetError::Gone)
    }

    /// Sets the password of whoever came with a link. Their sessions have ended in the store; end them in memory too
    /// ([`Sessions::end_account`](crate::Sessions::end_account)), and send them to log in, second factor and all.
    ///
    /// # Errors
    /// If the link is not good, or the password is none; then it can be tried again.
    pub async fn redeem(&self, token: &Token, password: String) -> Result<Account, ResetError> {
        let account = self.look(token).await?;
        PasswordRules::default().check(&password, &account.email)?;
        let hash = hash_password(password).await?;
        let now = self.inner.clock.now();
        match self.inner.store.use_reset(&token.hash(), now, &hash).await {
            Ok(()) => Ok(account),
            Err(StoreError::Missing { .. }) => Err(ResetError::Gone),
            Err(error) => Err(error.into()),
        }
    }
}

impl Inner {
    async fn begin(&self, email: &str) -> Result<Option<(Account, Token)>, StoreError> {
        let Some((account, _)) = self.accounts.account_with_password(email).await? else {
            return Ok(None);
        };
        let sent_to = Some(account.email.as_str());
        let reset = Reset {
            account: account.id,
            by_mail: true,
            made_by: None,
            expires: self.clock.now().plus(RESET_LINK_FOR),
        };
        match self.add(&reset, sent_to).await {
            Ok(token) => Ok(Some((account, token))),
            // It has another address since, or may not log in any more.
            Err(StoreError::Missing { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn add(&self, reset: &Reset, sent_to: Option<&str>) -> Result<Token, StoreError> {
        let token = Token::random();
        let hash = token.hash();
        self.store.add_reset(&hash, reset, sent_to).await?;
        Ok(token)
    }
}
