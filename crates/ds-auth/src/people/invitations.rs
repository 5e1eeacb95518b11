//! Invitations to this host: a link that makes one account.

use std::{net::IpAddr, sync::Arc, time::Duration};

use async_trait::async_trait;
use ds_core::{
    AccountId, Clock, StoreError, Timestamp,
    secret::{Token, TokenHash},
};

use crate::{Account, AccountError, Accounts, EmailError, Rates, email};

const GOOD_FOR: Duration = Duration::from_hours(7 * 24);
/// How often a link may be tried in an hour, and from one network: each try can cost a hash.
const TRIES: u32 = 20;
/// How many addresses that have accounts may be tried with one link before it ends: it is for making an account, not for finding
/// out who has one.
const TAKEN: u32 = 5;
/// How many are open at most.
const MOST: usize = 500;

/// An invitation that was not accepted yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// What to call it in lists; opens nothing.
    pub token: TokenHash,
    /// Who invites; `None` for whoever has the command line.
    pub by: Option<AccountId>,
    /// To whom the link was mailed. Who comes with it has that address; without one, whoever has the link comes.
    pub email: Option<String>,
    /// When it was made.
    pub created: Timestamp,
    /// When it ends.
    pub expires: Timestamp,
}

/// Why an invitation was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum AcceptError {
    /// None, or not any more.
    #[error("this invitation is used, withdrawn or too old; ask for another")]
    Gone,
    /// It was tried too often.
    #[error("too many attempts; try again in {} s", .retry_after.as_secs().max(1))]
    TooMany {
        /// How long to wait.
        retry_after: Duration,
    },
    /// The account cannot be made.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// The store failed.
    #[error("cannot accept the invitation just now")]
    Store(#[from] StoreError),
}

/// The invitations of this host.
#[async_trait]
pub trait InvitationStore: Send + Sync {
    /// Records one; an older one to the same mail address ends.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if whoever invites has no account.
    async fn add_invitation(&self, invitation: &Invitation) -> Result<(), StoreError>;
    /// All of them, newest first, expired ones too.
    async fn invitations(&self) -> Result<Vec<Invitation>, StoreError>;
    /// One of them; it may have expired.
    async fn invitation(&self, token: &TokenHash) -> Result<Option<Invitation>, StoreError>;
    /// Takes one back. Says whether it was there.
    async fn remove_invitation(&self, token: &TokenHash) -> Result<bool, StoreError>;
    /// Makes the account and uses the invitation up, if it is there and good at `now`: both or neither.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if it is not, [`StoreError::Taken`] if the mail address has an account.
    async fn accept_invitation(
        &self,
        token: &TokenHash,
        now: Timestamp,
        account: &Account,
        password_hash: &str,
    ) -> Result<(), StoreError>;
    /// Removes what ended before then.
    async fn purge_invitations(&self, before: Timestamp) -> Result<(), StoreError>;
}

/// Makes and accepts invitations.
pub struct Invitations {
    store: Arc<dyn InvitationStore>,
    accounts: Arc<Accounts>,
    clock: Arc<dyn Clock>,
    from_network: Rates<IpAddr>,
    with_link: Rates<TokenHash>,
    taken: Rates<TokenHash>,
}

impl Invitations {
    /// Invitations kept in `store`.
    pub fn new(
        store: Arc<dyn InvitationStore>,
        accounts: Arc<Accounts>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        const HOUR: Duration = Duration::from_hours(1);
        Self {
            store,
            accounts,
            from_network: Rates::new(Arc::clone(&clock), TRIES, HOUR),
            with_link: Rates::new(Arc::clone(&clock), TRIES, HOUR),
            taken: Rates::new(Arc::clone(&clock), TAKEN - 1, GOOD_FOR),
            clock,
        }
    }

    /// Invites somebody; the token is part of the link, which goes to `email` if that is given.
    ///
    /// # Errors
    /// If the address is none, or the store fails. Whether there is an account for it is not told.
    pub async fn invite(
        &self,
        by: Option<AccountId>,
        email: Option<&str>,
    ) -> Result<(Token, Invitation), InviteError> {
        let email = email.map(email::normalised).transpose()?;
        if self.open().await?.len() >= MOST {
            return Err(InviteError::TooMany);
        }
        let (token, created) = (Token::random(), self.clock.now());
        let invitation = Invitation {
            token: token.hash(),
            by,
            email,
            created,
            expires: created.plus(GOOD_FOR),
        };
        self.store.add_invitation(&invitation).await?;
        Ok((token, invitation))
    }

    /// Those that are good now, newest first.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn open(&self) -> Result<Vec<Invitation>, StoreError> {
        let (mut all, now) = (self.store.invitations().await?, self.clock.now());
        all.retain(|invitation| now < invitation.expires);
        Ok(all)
    }

    /// Takes one back, as a list names it. Says whether it was there.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn withdraw(&self, invitation: &TokenHash) -> Result<bool, StoreError> {
        self.store.remove_invitation(invitation).await
    }

    /// Removes what is over; for the daily round.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn purge(&self) -> Result<(), StoreError> {
        self.store.purge_invitations(self.clock.now()).await
    }

    /// An invitation that is good now.
    ///
    /// # Errors
    /// If there is none.
    pub async fn look(&self, token: &Token) -> Result<Invitation, AcceptError> {
        if !token.is_well_formed() {
            return Err(AcceptError::Gone);
        }
        let found = self.store.invitation(&token.hash()).await?;
        let good = found.filter(|invitation| self.clock.now() < invitation.expires);
        good.ok_or(AcceptError::Gone)
    }

    /// Makes the account of whoever came with a link. `email` counts only where the invitation names none.
    ///
    /// # Errors
    /// If the invitation is not good, or the account cannot be made; then it can be tried again. With too many addresses that
    /// have accounts the invitation ends.
    pub async fn accept(
        &self,
        token: &Token,
        email: &str,
        password: String,
        from: Option<IpAddr>,
    ) -> Result<Account, AcceptError> {
        let invitation = self.look(token).await?;
        self.from_network
            .count_network(from)
            .and_then(|()| self.with_link.count(invitation.token.clone()))
            .map_err(|retry_after| AcceptError::TooMany { retry_after })?;
        let proven = invitation.email.as_deref();
        let email = email::normalised(proven.unwrap_or(email)).map_err(AccountError::from)?;
        if self.accounts.is_taken(&email).await? {
            return self.refuse_taken(&invitation, email).await;
        }
        let (email, is_proven) = (email.as_str(), proven.is_some());
        let (mut account, hash) = self.accounts.prepare(email, password, false).await?;
        account.email_proven = is_proven;
        let now = self.clock.now();
        let accepted = self
            .store
            .accept_invitation(&invitation.token, now, &account, &hash);
        match accepted.await {
            Ok(()) => Ok(account),
            Err(StoreError::Missing { .. }) => Err(AcceptError::Gone),
            Err(StoreError::Taken { .. }) => self.refuse_taken(&invitation, account.email).await,
            Err(error) => Err(error.into()),
        }
    }

    /// Tells that an address has an account, so often.
    async fn refuse_taken(
        &self,
        invitation: &Invitation,
        email: String,
    ) -> Result<Account, AcceptError> {
        if self.taken.count(invitation.token.clone()).is_err() {
            self.store.remove_invitation(&invitation.token).await?;
        }
        Err(AccountError::Taken(email).into())
    }
}

/// Why nobody was invited.
#[derive(Debug, thiserror::Error)]
pub enum InviteError {
    /// The mail address is none.
    #[error(transparent)]
    Email(#[from] EmailError),
    /// There are too many already.
    #[error("there are {MOST} open invitations already; take some back")]
    TooMany,
    /// The store failed.
    #[error("cannot invite anybody just now")]
    Store(#[from] StoreError),
}
