//! Accounts: making them, and finding whose things a command is about.

use std::sync::PoisonError;

use ds_auth::{Account, AccountError, SetupLink};
use ds_core::{AccountId, secret::Token};

use super::{Action, Actor, ErrorKind, OpError, Ops};

impl Ops {
    /// Makes an account, for whoever has the command line.
    pub async fn create_account(
        &self,
        email: &str,
        password: String,
        admin: bool,
    ) -> Result<Account, OpError> {
        let account = self.parts.accounts.create(email, password, admin).await?;
        // Whoever holds the set-up link must not become an admin beside the accounts there are.
        self.put_setup_link(None);
        let email = account.email.as_str();
        self.note(Actor::CommandLine, Action::AccountMade, email)
            .await;
        Ok(account)
    }

    /// Every account, oldest first.
    pub async fn accounts(&self) -> Result<Vec<Account>, OpError> {
        Ok(self.parts.account_store.accounts().await?)
    }

    /// Whether nobody has an account yet.
    pub async fn needs_setup(&self) -> Result<bool, OpError> {
        Ok(self.parts.accounts.none_yet().await?)
    }

    /// Makes a one-time set-up link if nobody has an account yet; earlier links stop working.
    pub async fn setup_link(&self) -> Result<Option<String>, OpError> {
        if !self.needs_setup().await? {
            return Ok(None);
        }
        let (link, token) = SetupLink::new();
        self.put_setup_link(Some(link));
        let origin = self.names().site_origin();
        Ok(Some(format!("{origin}/setup/{}", token.reveal())))
    }

    /// Whether a set-up link with this token still works.
    #[must_use]
    pub fn setup_token_accepted(&self, token: &str) -> bool {
        let link = self.setup.lock().unwrap_or_else(PoisonError::into_inner);
        link.as_ref()
            .is_some_and(|link| link.check(&Token::presented(token)))
    }

    /// Makes the first account, an admin's, with the token of the set-up link.
    pub async fn set_up(
        &self,
        token: &str,
        email: &str,
        password: String,
    ) -> Result<Account, OpError> {
        if !self.setup_token_accepted(token) {
            return Err(OpError::new(
                ErrorKind::Forbidden,
                "this set-up link does not work any more",
            )
            .with_hint("restart ds-host: while there is no account, it prints a new link"));
        }
        let account = self.parts.accounts.create_first(email, password).await?;
        self.put_setup_link(None);
        let about = "the first, with the set-up link";
        self.note(account.id, Action::AccountMade, about).await;
        Ok(account)
    }

    fn put_setup_link(&self, link: Option<SetupLink>) {
        *self.setup.lock().unwrap_or_else(PoisonError::into_inner) = link;
    }

    /// The account with this mail address.
    pub async fn account_by_email(&self, email: &str) -> Result<Account, OpError> {
        let folded = email.trim().to_lowercase();
        match self
            .parts
            .account_store
            .account_with_password(&folded)
            .await?
        {
            Some((account, _)) => Ok(account),
            None => Err(OpError::new(
                ErrorKind::NotFound,
                format!("there is no account `{}` on this host", clip(email)),
            )
            .with_hint("create it with `ds-host account create --email …`")),
        }
    }

    /// Whether an account may run the host. One that is blocked may not.
    pub async fn is_admin(&self, id: AccountId) -> Result<bool, OpError> {
        let account = self.parts.account_store.account(id).await?;
        if !account.is_some_and(|account| account.is_admin) {
            return Ok(false);
        }
        Ok(!self.parts.people.is_blocked(id).await?)
    }

    /// Somebody who runs this host, if there is one.
    pub(super) async fn some_admin(&self) -> Result<Option<AccountId>, OpError> {
        let accounts = self.accounts().await?;
        let admin = accounts.iter().find(|account| account.is_admin);
        Ok(admin.or(accounts.first()).map(|account| account.id))
    }

    /// Whose things a command is about: the account that was named, else the only one, else the only admin.
    pub async fn owner(&self, email: Option<&str>) -> Result<AccountId, OpError> {
        if let Some(email) = email {
            return Ok(self.account_meant(email).await?.id);
        }
        let accounts = self.accounts().await?;
        let mut admins = accounts.iter().filter(|account| account.is_admin);
        match (accounts.as_slice(), admins.next(), admins.next()) {
            ([], ..) => Err(OpError::new(
                ErrorKind::NotFound,
                "this host has no accounts yet",
            )
            .with_hint("create one: ds-host account create --email you@example.com --admin --password-stdin")),
            ([only], ..) | (_, Some(only), None) => Ok(only.id),
            _ => Err(OpError::new(
                ErrorKind::Invalid,
                "this host has several accounts, so the command must say whose things it is about",
            )
            .with_hint("add --owner EMAIL")),
        }
    }
}

impl From<AccountError> for OpError {
    fn from(error: AccountError) -> Self {
        let kind = match &error {
            AccountError::Email(_) | AccountError::Rules(_) => ErrorKind::Invalid,
            AccountError::Taken(_) | AccountError::AlreadySetUp => ErrorKind::Conflict,
            AccountError::Password(_) | AccountError::Store(_) => ErrorKind::Internal,
        };
        Self::new(kind, error.to_string()).with_source(error)
    }
}

/// The start of what somebody sent, short enough for a message.
pub(super) fn clip(text: &str) -> String {
    text.chars().take(80).collect()
}
