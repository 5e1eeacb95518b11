//! Tokens by which programs use a host on behalf of an account.
//!
//! A token is `dst_` and 256 random bits. Its account is shown it once; the host keeps its hash. What was looked up
//! is kept in memory, so a request asks the database nothing; whoever revokes a token empties that memory.

mod known;
#[cfg(test)]
mod tests;
mod token;

use std::{net::IpAddr, sync::Arc, time::Duration};

use ds_core::{AccountId, ApiTokenId, Clock, StoreError, error_chain, secret::Token};

use crate::{Standing, throttle::Throttle};
use known::Known;

pub use token::{ApiToken, ApiTokenStore, Scope, UnknownScope};

/// What every token begins with, so that a leaked one is recognised for what it is.
const PREFIX: &str = "dst_";
/// How long a token is good for if nobody says.
pub const API_TOKEN_DAYS: u32 = 90;
/// The longest that can be said.
const LONGEST_DAYS: u32 = 3660;
/// How many tokens an account has at most.
const MOST: usize = 100;
/// The longest name, in characters.
const NAME: usize = 80;
/// How often it is written down that a token is used.
const NOTED: Duration = Duration::from_hours(1);

/// The tokens of this host, with their rules.
pub struct ApiTokens {
    store: Arc<dyn ApiTokenStore>,
    clock: Arc<dyn Clock>,
    throttle: Throttle,
    known: Known,
}

/// Why a token was not made, listed or revoked.
#[derive(Debug, thiserror::Error)]
pub enum ApiTokenError {
    /// The name is empty, too long or has control characters in it.
    #[error("a token's name has 1 to {NAME} characters, all of them visible")]
    Name,
    /// It would be good for too long, or for no time.
    #[error("a token is good for 1 to {LONGEST_DAYS} days, or for ever")]
    Days,
    /// There are too many.
    #[error("an account has {MOST} tokens at most; revoke one that is not used")]
    TooMany,
    /// The account was changed since its person showed who they are, or is blocked or gone.
    #[error("your account was changed meanwhile, so no token was made")]
    Changed,
    /// There is none with that id.
    #[error("there is no such token")]
    NotThere,
    /// The store failed.
    #[error("cannot read or write the tokens")]
    Store(#[source] StoreError),
}

/// Why what a program presented opens nothing.
#[derive(Debug, thiserror::Error)]
pub enum BearerError {
    /// It is no token of this host, was revoked, or has ended.
    #[error("this token is not known; it may have been revoked, or its time is over")]
    Unknown,
    /// There were too many wrong ones from there.
    #[error("too many wrong tokens; try again in {} s", .retry_after.as_secs().max(1))]
    TooMany {
        /// How long to wait.
        retry_after: Duration,
    },
    /// The store failed.
    #[error("cannot look the token up")]
    Store(#[from] StoreError),
}

impl ApiTokens {
    /// The tokens kept in `store`.
    #[must_use]
    pub fn new(store: Arc<dyn ApiTokenStore>, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            throttle: Throttle::new(Arc::clone(&clock)),
            clock,
            known: Known::default(),
        }
    }

    /// Makes a token for an account that is as it was when its person showed who they are, good for so many days or for ever. The text is what its bearer presents; it
    /// cannot be had again.
    ///
    /// # Errors
    /// If the rules do not allow it, or it cannot be recorded.
    pub async fn make(
        &self,
        who: Standing,
        name: &str,
        scope: Scope,
        days: Option<u32>,
    ) -> Result<(ApiToken, String), ApiTokenError> {
        let Standing { account, since } = who;
        let name = name.trim();
        let length = name.chars().count();
        if !(1..=NAME).contains(&length) || name.chars().any(char::is_control) {
            return Err(ApiTokenError::Name);
        }
        if days.is_some_and(|days| !(1..=LONGEST_DAYS).contains(&days)) {
            return Err(ApiTokenError::Days);
        }
        let there = self.store.api_tokens_of(account).await;
        if there.map_err(ApiTokenError::Store)?.len() >= MOST {
            return Err(ApiTokenError::TooMany);
        }
        let created = self.clock.now();
        let hours = |days: u32| Duration::from_hours(u64::from(days) * 24);
        let token = ApiToken {
            id: ApiTokenId::new(),
            account,
            name: name.to_owned(),
            scope,
            created,
            expires: days.map(|days| created.plus(hours(days))),
            last_used: None,
        };
        let secret = Token::random();
        let added = self
            .store
            .add_api_token(&secret.hash(), &token, since)
            .await;
        added.map_err(|error| match error {
            StoreError::Missing { .. } => ApiTokenError::Changed,
            error => ApiTokenError::Store(error),
        })?;
        Ok((token, [PREFIX, secret.reveal()].concat()))
    }

    /// The tokens of an account, oldest first.
    ///
    /// # Errors
    /// If they cannot be read.
    pub async fn list(&self, account: AccountId) -> Result<Vec<ApiToken>, ApiTokenError> {
        let tokens = self.store.api_tokens_of(account).await;
        let mut tokens = tokens.map_err(ApiTokenError::Store)?;
        for token in &mut tokens {
            token.last_used = token.last_used.max(self.known.last_used(token.id));
        }
        Ok(tokens)
    }

    /// Makes a token worth nothing, from now on.
    ///
    /// # Errors
    /// If the account has no such token, or it cannot be removed.
    pub async fn revoke(
        &self,
        account: AccountId,
        id: ApiTokenId,
    ) -> Result<ApiToken, ApiTokenError> {
        let tokens = self.list(account).await?;
        let found = tokens.into_iter().find(|token| token.id == id);
        let token = found.ok_or(ApiTokenError::NotThere)?;
        let removed = self.store.remove_api_token(account, id).await;
        // Whatever became of it: what is not in memory is looked up.
        self.known.forget(id);
        match removed {
            Ok(()) => Ok(token),
            Err(StoreError::Missing { .. }) => Err(ApiTokenError::NotThere),
            Err(error) => Err(ApiTokenError::Store(error)),
        }
    }

    /// Looks the tokens of an account up anew from now on. Call it after the account was blocked or removed.
    pub fn forget_account(&self, account: AccountId) {
        self.known.forget_account(account);
    }

    /// Whose token somebody presents. `from` is where they are: guessing is slowed down by network, and those who
    /// present what is known do not wait for those who guess.
    ///
    /// # Errors
    /// If it opens nothing.
    pub async fn check(
        &self,
        presented: &str,
        from: Option<IpAddr>,
    ) -> Result<ApiToken, BearerError> {
        let now = self.clock.now();
        let secret = presented.strip_prefix(PREFIX).map(Token::presented);
        let secret = secret.filter(Token::is_well_formed);
        let hash = secret.as_ref().map(Token::hash);
        let known = hash.as_ref().and_then(|hash| self.known.get(hash));
        let token = if let Some(token) = known.filter(|token| !token.is_over(now)) {
            token
        } else {
            let attempt = self.throttle.attempt_from(from);
            let attempt = attempt.map_err(|retry_after| BearerError::TooMany { retry_after })?;
            let hash = hash.ok_or(BearerError::Unknown)?;
            let asked = self.known.ask();
            let found = self.store.api_token(&hash).await?;
            let found = found.filter(|token| !token.is_over(now));
            let token = found.ok_or(BearerError::Unknown)?;
            self.throttle.succeeded_from(attempt);
            self.known.keep(asked, hash, token.clone());
            token
        };
        self.note(&token, now).await;
        Ok(token)
    }

    /// Remembers that a token is used, and writes that down once an hour.
    async fn note(&self, token: &ApiToken, now: ds_core::Timestamp) {
        let noted = self.known.use_at(token.id, now, token.last_used);
        if noted.is_some_and(|noted| noted > now.minus(NOTED)) {
            return;
        }
        self.known.noted(token.id, now);
        if let Err(error) = self.store.note_api_token(token.id, now).await {
            tracing::warn!(
                error = error_chain(&error),
                "cannot note that a token is used"
            );
        }
    }
}
