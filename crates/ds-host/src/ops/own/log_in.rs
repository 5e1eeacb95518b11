//! Logging in to the account site.
//!
//! ```text
//! password ─▶ nothing follows ──────────────────────────────▶ logged in
//!     └─────▶ half: a token for this browser ─▶ a code ──────▶ logged in
//!                                        └────▶ a passkey ───▶ logged in
//! passkey ──────────────────────────────────────────────────▶ logged in
//! ```

use std::net::IpAddr;

use ds_auth::{
    Account, LogInError, Standing,
    passkeys::{Assertion, RequestChallenge},
    people::SecondStep,
};
use ds_core::{AccountId, secret::Token};

use super::{
    super::{OpError, Ops},
    refused::{no_passkeys, over},
};

/// How far somebody got with their password.
#[derive(Debug)]
pub enum LoggedIn {
    /// In.
    Wholly(Standing),
    /// Something follows. The token is for their browser, and opens nothing by itself.
    Half(Token),
}

impl Ops {
    /// Logs somebody in with a password. Whoever has no account is answered as one with another password is, and after
    /// the same time.
    ///
    /// # Errors
    /// If it is wrong, or there were too many attempts.
    pub async fn log_in(
        &self,
        email: &str,
        password: String,
        from: Option<IpAddr>,
    ) -> Result<LoggedIn, LogInError> {
        // Before anything is checked: what is changed meanwhile counts.
        let since = self.parts.sessions.epoch().await?;
        let account = match self.parts.accounts.log_in(email, password, from).await {
            Ok(account) => account,
            Err(error) => {
                if matches!(error, LogInError::TooMany { .. }) {
                    self.note_refused_log_in(email);
                }
                return Err(error);
            }
        };
        let own = &self.parts.own;
        let account = account.id;
        let who = Standing { account, since };
        if own.steps.of(account).await?.is_asked() {
            return Ok(LoggedIn::Half(own.halves.begin(who)));
        }
        Ok(LoggedIn::Wholly(who))
    }

    /// Whose password came with this token, and what follows it; `None` if that is over.
    ///
    /// # Errors
    /// If it cannot be found out.
    pub async fn half_logged_in(
        &self,
        half: &Token,
    ) -> Result<Option<(Account, SecondStep)>, OpError> {
        let Some(who) = self.parts.own.halves.who(half) else {
            return Ok(None);
        };
        let Some(account) = self.welcome(who.account).await? else {
            return Ok(None);
        };
        let step = self.second_step(&account).await?;
        Ok(Some((account, step)))
    }

    /// Lets somebody in with a code, after their password.
    ///
    /// # Errors
    /// If the code is wrong, or it is over.
    pub async fn log_in_with_code(
        &self,
        half: &Token,
        code: &str,
        from: Option<IpAddr>,
    ) -> Result<Standing, OpError> {
        let (account, step) = self.half_logged_in(half).await?.ok_or_else(over)?;
        let own = &self.parts.own;
        if step.code {
            let checked = own.factors.check(account.id, code, from).await;
            checked.map_err(|error| self.refusal(&account.email, error.into()))?;
        } else if step.is_asked() {
            // A passkey is asked for, and nothing else.
            return Err(over());
        }
        // Of two at once, one.
        own.halves.end(half).ok_or_else(over)
    }

    /// Begins to log somebody in with a passkey: after their password, or with nothing else.
    ///
    /// # Errors
    /// If they have none, or there were too many attempts.
    pub async fn begin_passkey_log_in(
        &self,
        half: Option<&Token>,
        from: Option<IpAddr>,
    ) -> Result<(Token, RequestChallenge), OpError> {
        let passkeys = self.parts.own.passkeys.as_ref().ok_or_else(no_passkeys)?;
        let account = match half {
            None => None,
            Some(half) => Some(self.half_logged_in(half).await?.ok_or_else(over)?.0.id),
        };
        Ok(passkeys.start_login(account, from).await?)
    }

    /// Lets somebody in with a passkey. It is both factors: the device asked for a finger, a face or a PIN.
    ///
    /// # Errors
    /// If it is not theirs, or was not asked for.
    pub async fn log_in_with_passkey(
        &self,
        half: Option<&Token>,
        ceremony: &Token,
        used: &Assertion,
        from: Option<IpAddr>,
    ) -> Result<Standing, OpError> {
        let own = &self.parts.own;
        let passkeys = own.passkeys.as_ref().ok_or_else(no_passkeys)?;
        let since = self.parts.sessions.epoch().await?;
        let account = passkeys.finish_login(ceremony, used, from).await?;
        let account = self.welcome(account).await?.ok_or_else(over)?.id;
        match half {
            None => Ok(Standing { account, since }),
            Some(half)
                if own
                    .halves
                    .who(half)
                    .is_some_and(|who| who.account == account) =>
            {
                own.halves.end(half).ok_or_else(over)
            }
            Some(_) => Err(over()),
        }
    }

    /// An account that may come in: a blocked one is not found by its mail address.
    async fn welcome(&self, id: AccountId) -> Result<Option<Account>, OpError> {
        let store = &self.parts.account_store;
        let Some(account) = store.account(id).await? else {
            return Ok(None);
        };
        let open = store.account_with_password(&account.email).await?;
        Ok(open
            .map(|(account, _)| account)
            .filter(|open| open.id == id))
    }
}
