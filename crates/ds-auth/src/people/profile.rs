//! What people say of themselves: their name, and the mail address of their account.
//!
//! ```text
//!            ask                        confirm, logged in to the same account
//!   as it is ───▶ recorded, a link sent ───────────────────────────────────────▶ changed, and proven
//!      ▲               │ half an hour, another wish, a new password, a block
//!      └───────────────┘
//! ```

use std::{net::IpAddr, sync::Arc, time::Duration};

use async_trait::async_trait;
use ds_core::{
    AccountId, Clock, StoreError, Timestamp,
    secret::{Token, TokenHash},
};

use crate::{Account, EmailError, Epoch, Standing, email, throttle::Throttle};

/// How long a link to a new address is good.
pub const ADDRESS_LINK_FOR: Duration = Duration::from_mins(30);
/// Changes of one account before the first wait: each sends letters, or tells whether an address is taken.
const FREE_PER_ACCOUNT: u32 = 5;
/// Changes from one network before the first wait.
const FREE_PER_NETWORK: u32 = 20;

/// A mail address that an account is to have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressChange {
    /// Which account.
    pub account: AccountId,
    /// The new address, lower case.
    pub email: String,
    /// When it is too late.
    pub expires: Timestamp,
}

/// Names and new addresses of accounts.
#[async_trait]
pub trait ProfileStore: Send + Sync {
    /// What an account's person is called; empty if nothing was said, or there is no such account.
    async fn account_name(&self, id: AccountId) -> Result<String, StoreError>;
    /// Says what they are called.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such account.
    async fn set_account_name(&self, id: AccountId, name: &str) -> Result<(), StoreError>;
    /// Records that an address is to be changed, if its account was not changed since then; an older wish of the account ends.
    /// Whether the address is taken is looked at when it is used.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such account, or it was changed.
    async fn add_address_change(
        &self,
        token: &TokenHash,
        change: &AddressChange,
        since: Epoch,
    ) -> Result<(), StoreError>;
    /// The one with this token; it may have expired.
    async fn address_change(&self, token: &TokenHash) -> Result<Option<AddressChange>, StoreError>;
    /// The one of an account; it may have expired.
    async fn address_change_of(&self, id: AccountId) -> Result<Option<AddressChange>, StoreError>;
    /// Ends that of an account, if there is one.
    async fn end_address_change(&self, id: AccountId) -> Result<(), StoreError>;
    /// Gives an account the address that was recorded with this token, if it is its own and good at `now`, as a proven one,
    /// and uses it up; links to set the password anew end, since they went to the old address: all or nothing.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if it is not there, [`StoreError::Taken`] if another account has the address.
    async fn use_address_change(
        &self,
        token: &TokenHash,
        id: AccountId,
        now: Timestamp,
    ) -> Result<(), StoreError>;
    /// Gives an account another address. What else was to be changed, and links to set the password anew, end with it.
    /// That it has left the old one, if that was proven, is recorded with it.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such account, [`StoreError::Taken`] if another one has the address.
    async fn set_address(
        &self,
        id: AccountId,
        email: &str,
        is_proven: bool,
    ) -> Result<(), StoreError>;
    /// The same as an unproven one, if the account was not changed since its person has shown who they are: decided in one statement.
    ///
    /// # Errors
    /// As [`set_address`](Self::set_address); [`StoreError::Missing`] also if it was changed.
    async fn set_address_of(&self, who: Standing, email: &str) -> Result<(), StoreError>;
    /// The addresses that were proven to be an account's own, and that it has not any more.
    async fn left_addresses(&self, id: AccountId) -> Result<Vec<String>, StoreError>;
    /// Lets this address of an account count as proven. Says whether the account has it.
    async fn vouch_for_address(&self, id: AccountId, email: &str) -> Result<bool, StoreError>;
    /// Removes what ended before then.
    async fn purge_address_changes(&self, before: Timestamp) -> Result<(), StoreError>;
}

/// Why an address was not changed.
#[derive(Debug, thiserror::Error)]
pub enum AddressError {
    /// It is none.
    #[error(transparent)]
    Email(#[from] EmailError),
    /// It is the one they have, and known to be theirs.
    #[error("that is the address you have")]
    Same,
    /// Another account has it.
    #[error("this address cannot be used")]
    Taken,
    /// The link is used, too old, or for another account.
    #[error("this link is used, too old, or for another account")]
    Gone,
    /// The account is not as it was when its person showed who they are.
    #[error("your account was changed meanwhile")]
    Changed,
    /// There were too many requests.
    #[error("too many attempts; try again in {} s", .retry_after.as_secs().max(1))]
    TooMany {
        /// How long to wait.
        retry_after: Duration,
    },
    /// The store failed.
    #[error("cannot change the address just now")]
    Store(#[source] StoreError),
}

impl From<StoreError> for AddressError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Taken { .. } => Self::Taken,
            StoreError::Missing { .. } => Self::Gone,
            other => Self::Store(other),
        }
    }
}

fn changed(error: StoreError) -> AddressError {
    match error {
        StoreError::Missing { .. } => AddressError::Changed,
        other => other.into(),
    }
}

/// Names and addresses of accounts, with their rules.
pub struct Profiles {
    store: Arc<dyn ProfileStore>,
    clock: Arc<dyn Clock>,
    throttle: Throttle,
}

impl Profiles {
    /// Those kept in `store`.
    pub fn new(store: Arc<dyn ProfileStore>, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            throttle: Throttle::with_free(Arc::clone(&clock), FREE_PER_ACCOUNT, FREE_PER_NETWORK),
            clock,
        }
    }

    /// What somebody is called; empty if they said nothing.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn name(&self, id: AccountId) -> Result<String, StoreError> {
        self.store.account_name(id).await
    }

    /// Says what somebody is called; what a name may be is the caller's to know.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn rename(&self, id: AccountId, name: &str) -> Result<(), StoreError> {
        self.store.set_account_name(id, name).await
    }

    /// Records that somebody wants another address, or to prove the one they have; the token is for a letter to it. Whether
    /// it is taken is neither looked at nor told. They showed who they are after `since`.
    ///
    /// # Errors
    /// If it is no address, is theirs already, there were too many wishes, or their account was changed since.
    pub async fn ask(
        &self,
        account: &Account,
        wanted: &str,
        from: Option<IpAddr>,
        since: Epoch,
    ) -> Result<(Token, AddressChange), AddressError> {
        let email = self.wanted(account, wanted, from)?;
        let change = AddressChange {
            account: account.id,
            email,
            expires: self.clock.now().plus(ADDRESS_LINK_FOR),
        };
        let token = Token::random();
        let hash = token.hash();
        let added = self.store.add_address_change(&hash, &change, since);
        added.await.map_err(changed)?;
        Ok((token, change))
    }

    /// Gives somebody another address at once, where none can be proven. They showed who they are after `since`.
    ///
    /// # Errors
    /// If it is no address, is theirs already, another's, there were too many wishes, or their account was changed since.
    pub async fn change_unproven(
        &self,
        account: &Account,
        wanted: &str,
        from: Option<IpAddr>,
        since: Epoch,
    ) -> Result<String, AddressError> {
        let email = email::normalised(wanted)?;
        if email == account.email {
            return Err(AddressError::Same);
        }
        let email = self.wanted(account, &email, from)?;
        let who = Standing {
            account: account.id,
            since,
        };
        let set = self.store.set_address_of(who, &email).await;
        set.map_err(changed)?;
        Ok(email)
    }

    /// Gives somebody another address, for who vouches for it: whoever runs the host.
    ///
    /// # Errors
    /// If it is no address, or another's.
    pub async fn vouch(&self, account: &Account, wanted: &str) -> Result<String, AddressError> {
        let email = email::normalised(wanted)?;
        self.store.set_address(account.id, &email, true).await?;
        Ok(email)
    }

    /// Lets the address that somebody has count as theirs, for who runs the host and saw it. Says whether they still have it.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn vouch_for_present(&self, id: AccountId, seen: &str) -> Result<bool, StoreError> {
        self.store.vouch_for_address(id, seen).await
    }

    /// The address that waits to be proven.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn waiting(&self, id: AccountId) -> Result<Option<AddressChange>, StoreError> {
        let found = self.store.address_change_of(id).await?;
        Ok(found.filter(|change| self.clock.now() < change.expires))
    }

    /// Wants no other address any more.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn give_up(&self, id: AccountId) -> Result<(), StoreError> {
        self.store.end_address_change(id).await
    }

    /// What a link would do for whoever is logged in.
    ///
    /// # Errors
    /// If it is not good, or for another account.
    pub async fn look(&self, token: &Token, id: AccountId) -> Result<AddressChange, AddressError> {
        if !token.is_well_formed() {
            return Err(AddressError::Gone);
        }
        let found = self.store.address_change(&token.hash()).await?;
        let good = found.filter(|it| it.account == id && self.clock.now() < it.expires);
        good.ok_or(AddressError::Gone)
    }

    /// Changes the address of whoever is logged in and came with the link.
    ///
    /// # Errors
    /// If it is not good, for another account, or another account has the address by now.
    pub async fn confirm(
        &self,
        token: &Token,
        id: AccountId,
    ) -> Result<AddressChange, AddressError> {
        let change = self.look(token, id).await?;
        let now = self.clock.now();
        self.store
            .use_address_change(&token.hash(), id, now)
            .await?;
        Ok(change)
    }

    /// Removes what is over.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn purge(&self) -> Result<(), StoreError> {
        self.store.purge_address_changes(self.clock.now()).await
    }

    fn wanted(
        &self,
        account: &Account,
        wanted: &str,
        from: Option<IpAddr>,
    ) -> Result<String, AddressError> {
        let email = email::normalised(wanted)?;
        if email == account.email && account.email_proven {
            return Err(AddressError::Same);
        }
        let attempt = self.throttle.attempt(&account.id.to_string(), from);
        attempt.map_err(|retry_after| AddressError::TooMany { retry_after })?;
        Ok(email)
    }
}
