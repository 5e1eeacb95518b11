//! Inviting people to this host.

use std::net::IpAddr;

use ds_auth::{
    Account,
    people::{AcceptError, Invitation, InviteError},
};
use ds_core::secret::{Token, TokenHash};

use super::{
    super::{ErrorKind, OpError, Ops},
    Action, Actor, RegistrationRule, letters,
};

/// What the log says of an invitation that names nobody.
const LINK: &str = "whoever has the link";

/// Somebody was invited.
#[derive(Clone, Debug)]
pub struct Invited {
    /// The invitation.
    pub invitation: Invitation,
    /// The link to hand on, told this once; `None` if it was mailed.
    pub link: Option<String>,
}

/// An invitation, as it is listed.
#[derive(Clone, Debug)]
pub struct ShownInvitation {
    /// The invitation.
    pub invitation: Invitation,
    /// Who invites, by mail address; empty for the command line.
    pub by: String,
}

impl Ops {
    /// Invites somebody. Where the host sends mail, a link goes to `email`; else it is handed on by whoever invites.
    ///
    /// # Errors
    /// If nobody may register, the address is none or has an account, or there are too many invitations.
    pub async fn invite(
        &self,
        by: impl Into<Actor>,
        email: Option<&str>,
    ) -> Result<Invited, OpError> {
        let by = by.into();
        self.must_be_admin(&by).await?;
        self.must_take_people().await?;
        let email = email.map(str::trim).filter(|email| !email.is_empty());
        if let Some(email) = email {
            self.must_be_new(email).await?;
        }
        let account = match by {
            Actor::Account(id) => Some(id),
            _ => None,
        };
        let invitations = &self.parts.people.invitations;
        let (token, invitation) = invitations.invite(account, email).await?;
        let origin = self.names().site_origin();
        let link = format!("{origin}/invited/{}", token.reveal());
        let mailed = match &invitation.email {
            Some(to) => {
                let by = self.inviter(&invitation).await?;
                let by = by.as_deref();
                let letter = letters::invitation(to, &origin, &link, &invitation, by);
                self.mail(&letter).await
            }
            None => false,
        };
        let about = invitation.email.clone().unwrap_or_else(|| LINK.to_owned());
        self.note(by, Action::Invited, about).await;
        let link = (!mailed).then_some(link);
        Ok(Invited { invitation, link })
    }

    /// The invitations that are open, newest first.
    ///
    /// # Errors
    /// If whoever asks does not run the host.
    pub async fn open_invitations(
        &self,
        by: impl Into<Actor>,
    ) -> Result<Vec<ShownInvitation>, OpError> {
        self.must_be_admin(&by.into()).await?;
        let mut shown = Vec::new();
        let accounts = self.accounts().await?;
        for invitation in self.parts.people.invitations.open().await? {
            let by = accounts.iter().find(|one| Some(one.id) == invitation.by);
            let by = by.map(|one| one.email.clone()).unwrap_or_default();
            shown.push(ShownInvitation { invitation, by });
        }
        Ok(shown)
    }

    /// Takes an invitation back, as the list names it. One that is not there any more is fine.
    ///
    /// # Errors
    /// If whoever asks does not run the host.
    pub async fn withdraw_invitation(
        &self,
        by: impl Into<Actor>,
        which: &str,
    ) -> Result<(), OpError> {
        let by = by.into();
        self.must_be_admin(&by).await?;
        let which = TokenHash::stored(which.to_owned());
        let invitations = &self.parts.people.invitations;
        let all = invitations.open().await?;
        let found = all.into_iter().find(|one| one.token == which);
        if invitations.withdraw(&which).await? {
            let email = found.and_then(|one| one.email);
            let about = email.unwrap_or_else(|| LINK.to_owned());
            self.note(by, Action::InvitationWithdrawn, about).await;
        }
        Ok(())
    }

    /// The invitation that a link opens.
    ///
    /// # Errors
    /// If it opens none, or nobody may register now.
    pub async fn look_at_invitation(&self, token: &str) -> Result<Invitation, OpError> {
        self.must_take_people().await?;
        let token = Token::presented(token);
        Ok(self.parts.people.invitations.look(&token).await?)
    }

    /// Makes the account of whoever came with a link. `email` counts only where the invitation names none.
    ///
    /// # Errors
    /// If the link opens nothing, or the account cannot be made; then it can be tried again.
    pub async fn accept_invitation(
        &self,
        token: &str,
        email: &str,
        password: String,
        from: Option<IpAddr>,
    ) -> Result<Account, OpError> {
        self.must_take_people().await?;
        let token = Token::presented(token);
        let invitations = &self.parts.people.invitations;
        let account = invitations.accept(&token, email, password, from).await?;
        self.note(account.id, Action::AccountMade, "with an invitation")
            .await;
        Ok(account)
    }

    /// Who invites: their name, or their mail address; `None` for the command line, and if they are gone.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn inviter(&self, invitation: &Invitation) -> Result<Option<String>, OpError> {
        let Some(id) = invitation.by else {
            return Ok(None);
        };
        let Some(account) = self.parts.account_store.account(id).await? else {
            return Ok(None);
        };
        let name = self.account_name(&account).await?;
        Ok(Some(if name.is_empty() { account.email } else { name }))
    }

    async fn must_take_people(&self) -> Result<(), OpError> {
        if self.registration_rule().await? != RegistrationRule::Nobody {
            return Ok(());
        }
        let message = "nobody new may register at this host just now";
        Err(OpError::new(ErrorKind::Conflict, message)
            .with_hint("those who run it can change that under People, Settings"))
    }

    async fn must_be_new(&self, email: &str) -> Result<(), OpError> {
        let folded = email.to_lowercase();
        if self.parts.people.roles.account_at(&folded).await?.is_none() {
            return Ok(());
        }
        let message = format!("{folded} has an account already");
        Err(OpError::new(ErrorKind::Conflict, message))
    }
}

impl From<InviteError> for OpError {
    fn from(error: InviteError) -> Self {
        let kind = match &error {
            InviteError::Email(_) => ErrorKind::Invalid,
            InviteError::TooMany => ErrorKind::Conflict,
            InviteError::Store(_) => ErrorKind::Internal,
        };
        Self::new(kind, error.to_string()).with_source(error)
    }
}

impl From<AcceptError> for OpError {
    fn from(error: AcceptError) -> Self {
        match error {
            AcceptError::Account(error) => error.into(),
            AcceptError::TooMany { retry_after } => {
                Self::new(ErrorKind::Busy, "there were too many attempts")
                    .with_retry_after(retry_after)
            }
            AcceptError::Gone => Self::new(ErrorKind::NotFound, error.to_string())
                .with_hint("if you have an account already, log in"),
            AcceptError::Store(error) => error.into(),
        }
    }
}
