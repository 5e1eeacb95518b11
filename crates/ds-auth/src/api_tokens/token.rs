//! Tokens of the API as rows.

use std::{fmt, str::FromStr};

use async_trait::async_trait;
use ds_core::{AccountId, ApiTokenId, StoreError, Timestamp, secret::TokenHash};

use crate::Epoch;

/// What the bearer of a token may do with what is its account's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Look at it.
    Read,
    /// Look at it and change it.
    Manage,
}

/// A word that is no scope.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not what a token may do; it is `read` or `manage`")]
pub struct UnknownScope(String);

impl Scope {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Manage => "manage",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Scope {
    type Err = UnknownScope;
    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        match text {
            "read" => Ok(Self::Read),
            "manage" => Ok(Self::Manage),
            other => Err(UnknownScope(other.chars().take(40).collect())),
        }
    }
}

/// A token of the API, as its account sees it: without what its bearer presents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiToken {
    /// Its id.
    pub id: ApiTokenId,
    /// Whose things it is for.
    pub account: AccountId,
    /// What its account calls it.
    pub name: String,
    /// What its bearer may do.
    pub scope: Scope,
    /// When it was made.
    pub created: Timestamp,
    /// When it ends, if it does.
    pub expires: Option<Timestamp>,
    /// When it was last used.
    pub last_used: Option<Timestamp>,
}

impl ApiToken {
    /// Whether it has ended.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|end| end <= now)
    }
}

/// The tokens of this host, by the hash of what their bearers present.
#[async_trait]
pub trait ApiTokenStore: Send + Sync {
    /// Records a token, if its account was not changed since then, as [sessions](crate::SessionStore::add_session) know it.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such account, or it is blocked or was changed.
    async fn add_api_token(
        &self,
        hash: &TokenHash,
        token: &ApiToken,
        since: Epoch,
    ) -> Result<(), StoreError>;
    /// The token with a hash; one that has ended may be returned and is refused by the caller. Those of blocked accounts are
    /// not found.
    async fn api_token(&self, hash: &TokenHash) -> Result<Option<ApiToken>, StoreError>;
    /// The tokens of an account, oldest first.
    async fn api_tokens_of(&self, account: AccountId) -> Result<Vec<ApiToken>, StoreError>;
    /// Notes when a token was last used; one that is gone is fine.
    async fn note_api_token(&self, id: ApiTokenId, used: Timestamp) -> Result<(), StoreError>;
    /// Removes a token of an account.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if the account has no such token.
    async fn remove_api_token(&self, account: AccountId, id: ApiTokenId) -> Result<(), StoreError>;
}
