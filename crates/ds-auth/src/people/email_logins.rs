//! Logging in to an appspace with a link that comes by mail.
//!
//! ```text
//! ask     an address typed ─▶ counted, answered always the same ─▶ (in the background) a member's? ─▶ recorded, a letter
//! look    the link opened ─▶ in the browser that asked? ─▶ a page with a button: programs that read mail follow links
//! redeem  the button ─▶ taken, once ─▶ whose address it is
//! ```

use std::{net::IpAddr, sync::Arc, time::Duration};

use async_trait::async_trait;
use ds_core::{
    AppspaceId, Clock, StoreError, Timestamp,
    secret::{Token, TokenHash},
};
use serde::{Deserialize, Serialize};

use crate::{Aimed, EmailError, Rates, email};

/// How long a link is good.
pub const EMAIL_LINK_FOR: Duration = Duration::from_mins(15);

/// A letter with a link, which has been sent and not used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailLogin {
    /// Where somebody wants to log in.
    pub appspace: AppspaceId,
    /// The hash of the secret in the cookie of the browser that asked.
    pub browser: String,
    /// Where it was sent, in lower case.
    pub email: String,
    /// A path of the appspace.
    pub return_to: String,
    /// When it ends.
    pub expires: Timestamp,
}

/// Why somebody was not logged in by mail.
#[derive(Debug, thiserror::Error)]
pub enum EmailLoginError {
    /// What was typed is no address.
    #[error(transparent)]
    Address(#[from] EmailError),
    /// There were too many letters to it, from there, or for the appspace.
    #[error("too many letters were asked for; try again in {} s", .retry_after.as_secs().max(1))]
    TooMany {
        /// How long to wait.
        retry_after: Duration,
    },
    /// The link is used, old, or none.
    #[error("this link is used or too old; ask for another")]
    Gone,
    /// Another browser asked for it.
    #[error("this link works only in the browser in which it was asked for")]
    OtherBrowser,
    /// The store failed.
    #[error("cannot log in just now")]
    Store(#[from] StoreError),
}

/// Links that were sent, by the hash of their token.
#[async_trait]
pub trait EmailLoginStore: Send + Sync {
    /// Records one. There are at most [`MOST_PENDING`](crate::dropid::MOST_PENDING); those that end first go first.
    async fn add_email_login(
        &self,
        token: &TokenHash,
        login: &EmailLogin,
    ) -> Result<(), StoreError>;
    /// One of them; it may have expired.
    async fn email_login(&self, token: &TokenHash) -> Result<Option<EmailLogin>, StoreError>;
    /// Takes one out: of two that come for it, one gets it. It may have expired.
    async fn take_email_login(&self, token: &TokenHash) -> Result<Option<EmailLogin>, StoreError>;
    /// Removes what has ended by now.
    async fn purge_email_logins(&self, now: Timestamp) -> Result<(), StoreError>;
}

/// Logins by mail.
pub struct EmailLogins {
    store: Arc<dyn EmailLoginStore>,
    clock: Arc<dyn Clock>,
    from_network: Rates<IpAddr>,
    to_address: Aimed<String>,
    for_appspace: Rates<AppspaceId>,
}

/// How many letters there are to an address: few from each network, and a share of the day's for networks that are known.
pub(super) fn letters(clock: &Arc<dyn Clock>) -> Aimed<String> {
    const DAY: Duration = Duration::from_hours(24);
    let near = [(3, Duration::from_mins(15)), (6, DAY)];
    Aimed::new(clock, &near, (20, DAY), (20, DAY))
}

impl EmailLogins {
    /// Logins that are recorded in `store`.
    pub fn new(store: Arc<dyn EmailLoginStore>, clock: Arc<dyn Clock>) -> Self {
        const QUARTER: Duration = Duration::from_mins(15);
        let clock_too = || Arc::clone(&clock);
        Self {
            from_network: Rates::new(clock_too(), 20, QUARTER),
            to_address: letters(&clock),
            for_appspace: Rates::new(clock_too(), 100, QUARTER),
            store,
            clock,
        }
    }

    /// Whether a letter may be asked for, whoever's the address is: gives it in its one spelling. Counts.
    ///
    /// # Errors
    /// If it is no address, or too many were asked for.
    pub fn may_ask(
        &self,
        appspace: AppspaceId,
        typed: &str,
        from: Option<IpAddr>,
    ) -> Result<String, EmailLoginError> {
        let email = email::normalised(typed)?;
        let is_known = self.to_address.knows(&email, from);
        self.from_network
            .count_network(from)
            .and_then(|()| self.to_address.count(email.clone(), from))
            .and_then(|()| {
                if is_known {
                    Ok(())
                } else {
                    self.for_appspace.count(appspace)
                }
            })
            .map_err(|retry_after| EmailLoginError::TooMany { retry_after })?;
        Ok(email)
    }

    /// Somebody came in with a letter, from there: strangers do not keep them from another.
    pub fn came(&self, email: &str, from: Option<IpAddr>) {
        self.to_address.came(email.to_owned(), from);
    }

    /// Records that a letter is sent to somebody who may log in. Gives the token for its link.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn begin(
        &self,
        appspace: AppspaceId,
        email: &str,
        browser: &Token,
        return_to: &str,
    ) -> Result<Token, StoreError> {
        let token = Token::random();
        let login = EmailLogin {
            appspace,
            browser: browser.hash().as_str().to_owned(),
            email: email.to_owned(),
            return_to: return_to.to_owned(),
            expires: self.clock.now().plus(EMAIL_LINK_FOR),
        };
        self.store.add_email_login(&token.hash(), &login).await?;
        Ok(token)
    }

    /// Whether a link is good here, in the browser with this secret. It is not used up.
    ///
    /// # Errors
    /// If it is not.
    pub async fn look(
        &self,
        appspace: AppspaceId,
        token: &Token,
        browser: Option<&Token>,
    ) -> Result<EmailLogin, EmailLoginError> {
        if !token.is_well_formed() {
            return Err(EmailLoginError::Gone);
        }
        let found = self.store.email_login(&token.hash()).await?;
        self.check(appspace, found, browser)
    }

    /// Uses a link: whose address it is. Another browser cannot use it up.
    ///
    /// # Errors
    /// If it is not good.
    pub async fn redeem(
        &self,
        appspace: AppspaceId,
        token: &Token,
        browser: Option<&Token>,
    ) -> Result<EmailLogin, EmailLoginError> {
        self.look(appspace, token, browser).await?;
        let found = self.store.take_email_login(&token.hash()).await?;
        self.check(appspace, found, browser)
    }

    /// Removes what has ended.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn purge(&self) -> Result<(), StoreError> {
        self.store.purge_email_logins(self.clock.now()).await
    }

    fn check(
        &self,
        appspace: AppspaceId,
        found: Option<EmailLogin>,
        browser: Option<&Token>,
    ) -> Result<EmailLogin, EmailLoginError> {
        let is_good =
            |login: &EmailLogin| login.appspace == appspace && self.clock.now() < login.expires;
        let login = found.filter(is_good).ok_or(EmailLoginError::Gone)?;
        let asked = TokenHash::stored(login.browser.clone());
        if !browser.is_some_and(|browser| asked.matches(browser)) {
            return Err(EmailLoginError::OtherBrowser);
        }
        Ok(login)
    }
}
