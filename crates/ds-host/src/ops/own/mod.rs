//! One's own account: what proves who somebody is, and where they are logged in.
//!
//! What makes an account easier or harder to take over wants its password, however lately its person logged in: a
//! browser that was left open must not be enough.

mod address;
mod factors;
mod log_in;
mod passkeys;
mod password;
mod profile;
mod refused;
mod resets;
mod sessions;

use std::{net::IpAddr, sync::Arc};

use ds_auth::{
    Account, AccountStore, LoginTokens,
    passkeys::{PasskeyStore, Passkeys},
    people::{
        HalfLogins, ProfileStore, Profiles, ResetStore, Resets, SecondFactorStore, SecondFactors,
        SecondStep, SecondSteps,
    },
};
use ds_core::{Clock, StoreError};
use url::Url;

use super::{Names, OpError, Ops};
use crate::mail::{Letter, Mailer as _};

pub use log_in::LoggedIn;
pub use profile::AddressWish;
pub use sessions::SessionSummary;

/// What the operations on one's own account stand on.
pub struct Own {
    factors: SecondFactors,
    /// `None` if the account site's address cannot have any.
    passkeys: Option<Passkeys>,
    steps: SecondSteps,
    halves: HalfLogins,
    /// Those who are on their way to an appspace.
    under_way: Arc<LoginTokens>,
    resets: Resets,
    profiles: Profiles,
}

impl Own {
    /// All of it in one store, for an account site of this name from which these are on their way to appspaces.
    pub fn new<S>(
        store: &Arc<S>,
        names: &Names,
        under_way: Arc<LoginTokens>,
        clock: Arc<dyn Clock>,
    ) -> Self
    where
        S: AccountStore + SecondFactorStore + PasskeyStore + ProfileStore + ResetStore + 'static,
    {
        Self {
            factors: SecondFactors::new(store.clone(), clock.clone()),
            passkeys: passkeys(store.clone(), names, clock.clone()),
            steps: SecondSteps::new(store.clone(), store.clone()),
            halves: HalfLogins::new(clock.clone()),
            under_way,
            resets: Resets::new(store.clone(), store.clone(), clock.clone()),
            profiles: Profiles::new(store.clone(), clock),
        }
    }
}

fn passkeys(
    store: Arc<dyn PasskeyStore>,
    names: &Names,
    clock: Arc<dyn Clock>,
) -> Option<Passkeys> {
    let origin = Url::parse(&names.site_origin()).ok()?;
    let made = Passkeys::new(&origin, names.site.as_str(), store, clock);
    if let Err(error) = &made {
        let why = ds_core::error_chain(error);
        tracing::warn!(why, "nobody can use passkeys at the account site's address");
    }
    made.ok()
}

impl Ops {
    /// Removes links to new addresses that are over; for the daily round.
    pub(super) async fn tidy_profiles(&self) -> Result<(), StoreError> {
        self.parts.own.profiles.purge().await
    }

    /// What follows somebody's password.
    ///
    /// # Errors
    /// If it cannot be found out.
    pub async fn second_step(&self, account: &Account) -> Result<SecondStep, OpError> {
        Ok(self.parts.own.steps.of(account.id).await?)
    }

    /// Whether this is somebody's password.
    ///
    /// # Errors
    /// If it is not, or there were too many wrong ones.
    pub async fn confirm(
        &self,
        account: &Account,
        password: String,
        from: Option<IpAddr>,
    ) -> Result<(), OpError> {
        let confirmed = self.parts.accounts.confirm(account, password, from).await;
        confirmed.map_err(|error| self.refusal(&account.email, error.into()))
    }

    /// The same reason; too many attempts are also noted.
    fn refusal(&self, email: &str, error: OpError) -> OpError {
        if error.retry_after().is_some() {
            self.note_refused_log_in(email);
        }
        error
    }

    /// Whether this host sends letters.
    #[must_use]
    pub fn sends_mail(&self) -> bool {
        self.parts.post.is_some()
    }

    /// Runs what ends in letters, in the background. If the host ends meanwhile, it waits for that a little.
    pub(super) fn write(&self, work: impl Future<Output = ()> + Send + 'static) {
        match &self.parts.post {
            Some(post) => post.write(Box::pin(work)),
            None => drop(tokio::spawn(work)),
        }
    }

    /// Sends somebody a letter, if this host sends any. That it could not be sent hinders nobody.
    pub(super) async fn tell(&self, account: &Account, subject: &str, text: String) {
        let Some(post) = &self.parts.post else { return };
        let letter = Letter::new(&account.email, subject, text);
        if let Err(error) = post.send(&letter).await {
            let error = ds_core::error_chain(&error);
            tracing::warn!(error, "a letter about an account was not sent");
        }
    }
}
