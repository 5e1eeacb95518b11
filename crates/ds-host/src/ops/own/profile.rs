//! One's name, and the mail address of one's account.

use std::net::IpAddr;

use ds_auth::{
    Account, Epoch,
    people::{ADDRESS_LINK_FOR, AccountEntry, AddressChange, AddressError},
};
use ds_core::secret::Token;

use super::{
    super::{
        Action, Actor, ErrorKind, OpError, Ops, members::check_name, members::name_from_email,
    },
    refused::slow,
};
use crate::mail::Letter;

/// What became of a wish for another address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AddressWish {
    /// It is the account's now, and counts as unproven: this host sends no mail.
    Changed(String),
    /// A link is on its way there.
    Waiting(String),
}

impl Ops {
    /// What somebody is called; empty if they said nothing.
    ///
    /// # Errors
    /// If it cannot be found out.
    pub async fn account_name(&self, account: &Account) -> Result<String, OpError> {
        Ok(self.parts.own.profiles.name(account.id).await?)
    }

    /// What to call somebody where they have not said how: by their account's name, or else by their address.
    pub(crate) async fn called(&self, account: &Account) -> Result<String, OpError> {
        let name = self.account_name(account).await?;
        Ok(match name.as_str() {
            "" => name_from_email(&account.email),
            _ => name,
        })
    }

    /// Says what somebody is called; nothing is fine.
    ///
    /// # Errors
    /// If it is no name.
    pub async fn set_account_name(&self, account: &Account, name: &str) -> Result<(), OpError> {
        let name = match name.trim() {
            "" => String::new(),
            name => check_name(name)?,
        };
        Ok(self.parts.own.profiles.rename(account.id, &name).await?)
    }

    /// The address that somebody is to have once they open the link that was sent there.
    ///
    /// # Errors
    /// If it cannot be found out.
    pub async fn waiting_address(
        &self,
        account: &Account,
    ) -> Result<Option<AddressChange>, OpError> {
        Ok(self.parts.own.profiles.waiting(account.id).await?)
    }

    /// Changes the address of somebody's account, or begins to. Where the host sends mail, a link goes to the new address,
    /// and what is answered is the same whether it has an account or not; else it changes at once and counts as unproven.
    ///
    /// # Errors
    /// If the password is wrong, it is no address, or there were too many wishes.
    pub async fn change_address(
        &self,
        account: &Account,
        password: String,
        wanted: &str,
        from: Option<IpAddr>,
    ) -> Result<AddressWish, OpError> {
        // Another password that is set from now on ends what this one allows.
        let since = self.parts.sessions.epoch().await?;
        self.confirm(account, password, from).await?;
        if self.sends_mail() {
            let email = self.begin_address(account, wanted, from, since).await?;
            return Ok(AddressWish::Waiting(email));
        }
        let profiles = &self.parts.own.profiles;
        let changed = profiles.change_unproven(account, wanted, from, since);
        let email = changed.await?;
        self.note_address(account.id.into(), &account.email, &email)
            .await;
        Ok(AddressWish::Changed(email))
    }

    /// Records what address somebody wants or proves, and sends a link there.
    pub(super) async fn begin_address(
        &self,
        account: &Account,
        wanted: &str,
        from: Option<IpAddr>,
        since: Epoch,
    ) -> Result<String, OpError> {
        let profiles = &self.parts.own.profiles;
        let (token, change) = profiles.ask(account, wanted, from, since).await?;
        let (ops, account, email) = (self.clone(), account.clone(), change.email.clone());
        // What follows takes as long as it takes, and whoever asks learns nothing by it.
        self.write(async move { ops.write_about(&account, change, &token).await });
        Ok(email)
    }

    /// Wants no other address any more.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn give_address_up(&self, account: &Account) -> Result<(), OpError> {
        Ok(self.parts.own.profiles.give_up(account.id).await?)
    }

    /// The address that a link would give somebody.
    ///
    /// # Errors
    /// If it is not good, or for another account.
    pub async fn look_at_address(
        &self,
        account: &Account,
        token: &Token,
    ) -> Result<AddressChange, OpError> {
        Ok(self.parts.own.profiles.look(token, account.id).await?)
    }

    /// Changes the address of whoever is logged in and came with the link that was sent to the new one. Sessions and
    /// memberships stay.
    ///
    /// # Errors
    /// If the link is not good, or for another account.
    pub async fn confirm_address(
        &self,
        account: &Account,
        token: &Token,
    ) -> Result<AddressChange, OpError> {
        let change = self.parts.own.profiles.confirm(token, account.id).await?;
        let (by, email) = (account.id.into(), &change.email);
        if *email == account.email {
            self.note_proven(by, account).await;
        } else {
            self.note_address(by, &account.email, email).await;
            self.tell_changed(&account.email, email).await;
        }
        Ok(change)
    }

    /// Changes somebody's address, for whoever runs the host: they vouch for it. Both addresses are told, where the host sends
    /// mail.
    ///
    /// # Errors
    /// If it is none, another account has it, or whoever asks does not run the host.
    pub async fn set_address(
        &self,
        by: impl Into<Actor>,
        which: &str,
        wanted: &str,
    ) -> Result<AccountEntry, OpError> {
        let by = by.into();
        self.must_be_admin(&by).await?;
        let account = self.account_meant(which).await?;
        let changed = self.parts.own.profiles.vouch(&account, wanted).await;
        let email = changed.map_err(|error| match error {
            // Admins see who has accounts.
            AddressError::Taken => OpError::new(
                ErrorKind::Conflict,
                format!("there is an account for {} already", wanted.trim()),
            ),
            other => other.into(),
        })?;
        let entry = self.person(by.clone(), &account.id.to_string()).await?;
        if email != account.email {
            self.note_address(by, &account.email, &email).await;
            self.tell_changed(&account.email, &email).await;
            let site = self.names().site_origin();
            self.letter(
                &email,
                "The address of your account",
                format!(
                    "Whoever runs {site} changed the mail address of your account from {} to this one. \
                     From now on you log in with it; your password is as it was.\n",
                    account.email
                ),
            )
            .await;
        }
        Ok(entry)
    }

    /// The letters about a wish that was recorded.
    async fn write_about(&self, account: &Account, change: AddressChange, token: &Token) {
        let site = self.names().site_origin();
        let to = change.email.as_str();
        if to != account.email {
            self.tell(
                account,
                "Another address for your account",
                format!(
                    "Somebody, you we hope, wants the account at {site} to have another mail address: {to}\n\
                     Nothing changes before a link that was sent there is opened.\n\n\
                     If it was not you, somebody knows your password. Set it anew now, which ends this too: \
                     {site}/forgot\n"
                ),
            )
            .await;
        }
        match self.account_meant(to).await {
            Ok(other) if other.id != account.id => self.letter(
                to,
                "Your address was wanted for an account",
                format!(
                    "Somebody wants their account at {site} to have this mail address. It cannot: your own account \
                     has it. You need do nothing.\n\n\
                     If it was you, and you have two accounts: change the address of this one first, or delete it. \
                     {site}/account\n"
                ),
            )
            .await,
            Err(error) if error.kind() != ErrorKind::NotFound => {
                let error = ds_core::error_chain(&error);
                tracing::error!(error, "a link to a new address was not sent");
            }
            _ => {
                let text = format!(
                    "Somebody, you we hope, wants their account at {site} to have this mail address. Open this within \
                     half an hour, and log in as usual if you are asked to:\n\n\
                     {site}/account/address/{}\n\n\
                     If it was not you, do nothing: without you nothing changes.\n",
                    token.reveal()
                );
                let letter = Letter {
                    useful_for: ADDRESS_LINK_FOR,
                    ..Letter::new(to, "Is this your address?", text)
                };
                self.mail(&letter).await;
            }
        }
        let email = account.email.as_str();
        self.note(account.id, Action::EmailWanted, email).await;
    }

    /// Tells the old address that it is not the account's any more.
    async fn tell_changed(&self, old: &str, new: &str) {
        let site = self.names().site_origin();
        self.letter(
            old,
            "Your account has another address",
            format!(
                "The account at {site} that had this mail address has another one now: {new}\n\n\
                 If that was not you, tell whoever runs the host at once: they can give it back to you.\n"
            ),
        )
        .await;
    }

    async fn note_address(&self, by: Actor, old: &str, new: &str) {
        let about = format!("{old}, now {new}");
        self.note(by, Action::EmailChanged, about).await;
    }

    async fn letter(&self, to: &str, subject: &str, text: String) {
        self.mail(&Letter::new(to, subject, text)).await;
    }
}

impl From<AddressError> for OpError {
    fn from(error: AddressError) -> Self {
        let message = error.to_string();
        match error {
            AddressError::Email(_) => {
                Self::new(ErrorKind::Invalid, message).with_hint("write it like ada@example.com")
            }
            AddressError::Same => {
                Self::new(ErrorKind::Conflict, message).with_hint("type the one you want instead")
            }
            AddressError::Taken => {
                Self::new(ErrorKind::Conflict, message).with_hint("type another")
            }
            AddressError::Gone => Self::new(ErrorKind::NotFound, message)
                .with_hint("log in to the account it is for, or ask for another link there"),
            AddressError::Changed => Self::new(ErrorKind::Conflict, message)
                .with_hint("log in again, and look at it before you try again"),
            AddressError::TooMany { retry_after } => slow(retry_after),
            AddressError::Store(error) => error.into(),
        }
    }
}
