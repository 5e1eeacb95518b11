//! Codes of an authenticator app.

use std::net::IpAddr;

use ds_auth::{Account, people::TotpOffer};

use super::super::{Action, Actor, OpError, Ops};

impl Ops {
    /// How many codes on paper somebody has left; `None` if they are asked for no codes.
    ///
    /// # Errors
    /// If it cannot be found out.
    pub async fn codes_left(&self, account: &Account) -> Result<Option<u32>, OpError> {
        Ok(self.parts.own.factors.recovery_left(account.id).await?)
    }

    /// Offers codes of an authenticator app: what to scan. Nothing is asked for until a first code was given.
    ///
    /// # Errors
    /// If the password is wrong, or codes are on.
    pub async fn offer_codes(
        &self,
        account: &Account,
        password: String,
        from: Option<IpAddr>,
    ) -> Result<TotpOffer, OpError> {
        self.confirm(account, password, from).await?;
        let host = self.names().site.as_str();
        let begun = self
            .parts
            .own
            .factors
            .begin(account.id, &account.email, host);
        Ok(begun.await?)
    }

    /// The same offer once more, to whoever was shown it.
    ///
    /// # Errors
    /// If this is not what is offered.
    pub async fn offered_codes(
        &self,
        account: &Account,
        secret: &str,
    ) -> Result<TotpOffer, OpError> {
        let host = self.names().site.as_str();
        let factors = &self.parts.own.factors;
        let offered = factors.offered(account.id, secret, &account.email, host);
        Ok(offered.await?)
    }

    /// Asks for codes from now on. What comes back is to be written down: codes for when the device is lost.
    ///
    /// # Errors
    /// If the code is wrong, or something else is offered.
    pub async fn turn_codes_on(
        &self,
        account: &Account,
        secret: &str,
        code: &str,
        from: Option<IpAddr>,
    ) -> Result<Vec<String>, OpError> {
        let factors = &self.parts.own.factors;
        let confirmed = factors.confirm(account.id, secret, code, from).await;
        let codes = confirmed.map_err(|error| self.refusal(&account.email, error.into()))?;
        let email = account.email.as_str();
        self.note(account.id, Action::SecondFactorOn, email).await;
        Ok(codes)
    }

    /// Asks for codes no more.
    ///
    /// # Errors
    /// If the password is wrong.
    pub async fn turn_codes_off(
        &self,
        account: &Account,
        password: String,
        from: Option<IpAddr>,
    ) -> Result<(), OpError> {
        self.confirm(account, password, from).await?;
        self.parts.own.factors.turn_off(account.id).await?;
        self.second_step_is_off(account, account.id.into()).await;
        Ok(())
    }

    /// Lets somebody in with their password alone, since they lost what else they had; an admin does that. Their
    /// passkeys stay.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn drop_second_step(
        &self,
        by: impl Into<Actor>,
        account: &Account,
    ) -> Result<(), OpError> {
        self.parts.own.steps.drop_all(account.id).await?;
        self.second_step_is_off(account, by.into()).await;
        Ok(())
    }

    pub(super) async fn second_step_is_off(&self, account: &Account, by: Actor) {
        let text = format!(
            "Your account at {} is no longer asked for a second step when you log in.\n\n\
             If you did not ask for that, change your password, and tell whoever runs the host.\n",
            self.names().site_origin()
        );
        self.tell(account, "Logging in asks for less now", text)
            .await;
        let email = account.email.as_str();
        self.note(by, Action::SecondFactorOff, email).await;
    }
}
