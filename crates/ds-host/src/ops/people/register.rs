//! Who may register, and people who come by themselves.

use std::net::IpAddr;

use ds_auth::{
    Account,
    people::{RegisterError, RegistrationRule},
};
use ds_core::secret::Token;

use super::{
    super::{ErrorKind, OpError, Ops},
    Action, Actor, letters,
};
use crate::mail::{Letter, Mailer as _};

impl Ops {
    /// Who may get an account here.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn registration_rule(&self) -> Result<RegistrationRule, OpError> {
        Ok(self.parts.people.registrations.rule().await?)
    }

    /// Whether mail addresses can be proven here.
    #[must_use]
    pub fn can_prove_addresses(&self) -> bool {
        self.parts.people.registrations.has_mail()
    }

    /// Sets who may get an account here.
    ///
    /// # Errors
    /// If the rule needs mail and the host sends none, or whoever asks does not run it.
    pub async fn set_registration_rule(
        &self,
        by: impl Into<Actor>,
        rule: RegistrationRule,
    ) -> Result<(), OpError> {
        let by = by.into();
        self.must_be_admin(&by).await?;
        if rule == RegistrationRule::Proven && !self.can_prove_addresses() {
            let message = "this host sends no mail, so nobody can prove a mail address";
            return Err(OpError::new(ErrorKind::Conflict, message)
                .with_hint("its configuration says how to send mail under [mail]"));
        }
        self.parts.people.registrations.set_rule(rule).await?;
        let about = format!("who may register: {rule}");
        self.note(by, Action::SettingChanged, about).await;
        Ok(())
    }

    /// Sends somebody a link that proves their mail address; or, if it has an account, a letter that says so. The answer and its
    /// time are the same.
    ///
    /// # Errors
    /// If people do not come like that here, the address is none, or it was tried too often.
    pub async fn ask_to_register(&self, email: &str, from: Option<IpAddr>) -> Result<(), OpError> {
        let ops = self.clone();
        let send = |email: String, token: Option<Token>| async move {
            let site = ops.names().site_origin();
            let letter = match token {
                Some(token) => {
                    let link = format!("{site}/register/{}", token.reveal());
                    letters::registration(&email, &site, &link)
                }
                None => letters::has_account(&email, &site),
            };
            ops.mail(&letter.for_newcomer()).await;
        };
        let registrations = &self.parts.people.registrations;
        self.write(registrations.ask(email, from, send).await?);
        Ok(())
    }

    /// The mail address that a link proves.
    ///
    /// # Errors
    /// If it proves none.
    pub async fn look_at_registration(&self, token: &str) -> Result<String, OpError> {
        let token = Token::presented(token);
        let found = self.parts.people.registrations.look(&token).await?;
        Ok(found.email)
    }

    /// Makes the account of whoever came with a link.
    ///
    /// # Errors
    /// If the link proves nothing, or the account cannot be made; then it can be tried again.
    pub async fn finish_registration(
        &self,
        token: &str,
        password: String,
    ) -> Result<Account, OpError> {
        let token = Token::presented(token);
        let registrations = &self.parts.people.registrations;
        let account = registrations.finish(&token, password).await?;
        self.note(account.id, Action::Registered, "with a proven mail address")
            .await;
        Ok(account)
    }

    /// Makes the account of whoever comes, where everybody may.
    ///
    /// # Errors
    /// If not everybody may, it was tried too often, or the account cannot be made.
    pub async fn register(
        &self,
        email: &str,
        password: String,
        from: Option<IpAddr>,
    ) -> Result<Account, OpError> {
        let registrations = &self.parts.people.registrations;
        let account = registrations.register(email, password, from).await?;
        self.note(account.id, Action::Registered, "without a proof")
            .await;
        Ok(account)
    }

    /// Sends a letter, if this host sends any. Says whether it is on its way.
    pub(in super::super) async fn mail(&self, letter: &Letter) -> bool {
        let Some(post) = &self.parts.post else {
            return false;
        };
        let sent = post.send(letter).await;
        if let Err(error) = &sent {
            let error = ds_core::error_chain(error);
            tracing::error!(to = letter.to.as_str(), error, "cannot send a letter");
        }
        sent.is_ok()
    }
}

impl From<RegisterError> for OpError {
    fn from(error: RegisterError) -> Self {
        match error {
            RegisterError::Account(error) => error.into(),
            RegisterError::Store(error) => error.into(),
            RegisterError::Closed => Self::new(ErrorKind::Forbidden, error.to_string()),
            RegisterError::Gone => Self::new(ErrorKind::NotFound, error.to_string()),
            RegisterError::TooMany { retry_after } => {
                Self::new(ErrorKind::Busy, error.to_string()).with_retry_after(retry_after)
            }
        }
    }
}
