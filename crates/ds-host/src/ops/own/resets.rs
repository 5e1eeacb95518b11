//! Passwords that were forgotten.

use std::net::IpAddr;

use ds_auth::{
    Account,
    people::{RESET_LINK_FOR, ResetError},
};
use ds_core::secret::Token;

use super::super::{Action, Actor, ErrorKind, OpError, Ops};
use crate::mail::Letter;

impl Ops {
    /// Sends a link to a mail address if it is an account's. Whoever asks learns nothing of that, not even by how long
    /// it took.
    ///
    /// # Errors
    /// If that was asked too often, or this host sends no mail.
    pub fn ask_for_reset(&self, email: &str, from: Option<IpAddr>) -> Result<(), OpError> {
        if !self.sends_mail() {
            return Err(OpError::new(ErrorKind::Conflict, "this host sends no mail")
                .with_hint("whoever runs it can make you a link"));
        }
        let ops = self.clone();
        let is_known = self.parts.accounts.knows(email, from);
        let asked = self.parts.own.resets.ask(email, from, is_known, async move |account: Account, token: Token| {
            let text = format!(
                "Somebody, you perhaps, wants to set the password of your account anew. Open this within half an hour:\n\n\
                 {}\n\n\
                 If it was not you, do nothing: nobody but you has this letter, and your password stays as it is.\n",
                ops.reset_url(&token)
            );
            let email = account.email.as_str();
            let letter = Letter {
                useful_for: RESET_LINK_FOR,
                ..Letter::new(email, "Set your password anew", text)
            };
            ops.mail(&letter.by_stranger()).await;
            ops.note(Actor::Somebody, Action::ResetAsked, email).await;
        });
        let asked = asked.map_err(|error| self.refusal(email, error.into()));
        self.write(asked?);
        Ok(())
    }

    /// A link with which somebody sets their password anew within a day, to be handed to them by an admin.
    ///
    /// # Errors
    /// If it cannot be made.
    pub async fn reset_link(
        &self,
        by: impl Into<Actor>,
        account: &Account,
    ) -> Result<String, OpError> {
        let by = by.into();
        let admin = match by {
            Actor::Account(id) => Some(id),
            _ => None,
        };
        let token = self.parts.own.resets.hand_out(account.id, admin).await?;
        let email = account.email.as_str();
        self.note(by, Action::ResetAsked, email).await;
        Ok(self.reset_url(&token))
    }

    /// Whose password a link is for.
    ///
    /// # Errors
    /// If it is not good.
    pub async fn reset_of(&self, token: &Token) -> Result<Account, OpError> {
        Ok(self.parts.own.resets.look(token).await?)
    }

    /// Sets a password anew with a link. Every session of the account ends; a second step is still asked for.
    ///
    /// # Errors
    /// If the link is not good, or the password breaks the rules; then it can be tried again.
    pub async fn redeem_reset(&self, token: &Token, password: String) -> Result<Account, OpError> {
        let redeemed = self.parts.own.resets.redeem(token, password).await;
        let account = redeemed.map_err(|error: ResetError| OpError::from(error))?;
        self.end_changed(&account).await?;
        let site = self.names().site_origin();
        let text = format!(
            "The password of your account at {site} was set anew with a link, and you were logged out everywhere. API \
             tokens, and programs that you let in, go on.\n\n\
             If that was not you, tell whoever runs the host at once, and set it anew: {site}/forgot\n"
        );
        self.tell(&account, "Your password was set anew", text)
            .await;
        let email = account.email.as_str();
        self.note(account.id, Action::PasswordChanged, email).await;
        Ok(account)
    }

    fn reset_url(&self, token: &Token) -> String {
        format!("{}/reset/{}", self.names().site_origin(), token.reveal())
    }
}
