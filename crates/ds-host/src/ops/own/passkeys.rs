//! One's own passkeys.

use std::net::IpAddr;

use ds_auth::{
    Account,
    passkeys::{Attestation, CreationChallenge, PasskeyRecord, provider_name},
};
use ds_core::{StoreError, secret::Token};

use super::{
    super::{Action, ErrorKind, OpError, Ops},
    refused::no_passkeys,
};

impl Ops {
    /// Whether passkeys can be used here at all.
    #[must_use]
    pub fn has_passkeys(&self) -> bool {
        self.parts.own.passkeys.is_some()
    }

    /// Somebody's passkeys, oldest first.
    ///
    /// # Errors
    /// If they cannot be listed.
    pub async fn passkeys_of(&self, account: &Account) -> Result<Vec<PasskeyRecord>, OpError> {
        match &self.parts.own.passkeys {
            Some(passkeys) => Ok(passkeys.of(account.id).await?),
            None => Ok(Vec::new()),
        }
    }

    /// Begins to add a passkey.
    ///
    /// # Errors
    /// If the password is wrong, or there are enough.
    pub async fn begin_passkey(
        &self,
        account: &Account,
        password: String,
        from: Option<IpAddr>,
    ) -> Result<(Token, CreationChallenge), OpError> {
        let passkeys = self.parts.own.passkeys.as_ref().ok_or_else(no_passkeys)?;
        self.confirm(account, password, from).await?;
        let begun = passkeys.start_registration(account.id, &account.email);
        Ok(begun.await?)
    }

    /// Adds a passkey that somebody's browser made. Without a name it is called as what keeps it, or as their `device`.
    ///
    /// # Errors
    /// If it was not begun for them.
    pub async fn add_passkey(
        &self,
        account: &Account,
        ceremony: &Token,
        made: &Attestation,
        name: &str,
        device: &str,
    ) -> Result<PasskeyRecord, OpError> {
        let passkeys = self.parts.own.passkeys.as_ref().ok_or_else(no_passkeys)?;
        let name = match (name.trim(), provider_name(made), device) {
            ("", Some(provider), _) => provider,
            ("", None, "") => "Passkey",
            ("", None, device) => device,
            (name, ..) => name,
        };
        let added = passkeys.finish_registration(account.id, ceremony, made, name);
        let record = added.await.map_err(|error| match error {
            ds_auth::passkeys::PasskeyError::Store(StoreError::Taken { .. }) => {
                OpError::new(ErrorKind::Conflict, "this passkey is added already")
            }
            other => other.into(),
        })?;
        let text = format!(
            "A passkey was added to your account at {}: {}. With it one can log in.\n\n\
             If that was not you, set your password anew and remove it: {}/account\n",
            self.names().site_origin(),
            record.name,
            self.names().site_origin()
        );
        self.tell(account, "A passkey was added", text).await;
        let email = account.email.as_str();
        self.note(account.id, Action::PasskeyAdded, email).await;
        Ok(record)
    }

    /// Calls a passkey otherwise. One that is gone is fine.
    ///
    /// # Errors
    /// If that is no name.
    pub async fn rename_passkey(
        &self,
        account: &Account,
        id: &str,
        name: &str,
    ) -> Result<(), OpError> {
        let passkeys = self.parts.own.passkeys.as_ref().ok_or_else(no_passkeys)?;
        if name.trim().is_empty() {
            return Err(
                OpError::new(ErrorKind::Invalid, "a passkey has a name").with_hint("type one")
            );
        }
        passkeys.rename(account.id, id, name).await?;
        Ok(())
    }

    /// Removes a passkey. One that is gone is fine.
    ///
    /// # Errors
    /// If the password is wrong, or it is the last one and logging in asks for it.
    pub async fn remove_passkey(
        &self,
        account: &Account,
        password: String,
        id: &str,
        from: Option<IpAddr>,
    ) -> Result<(), OpError> {
        let passkeys = self.parts.own.passkeys.as_ref().ok_or_else(no_passkeys)?;
        self.confirm(account, password, from).await?;
        let own = passkeys.of(account.id).await?;
        let is_last = own.len() == 1 && own.iter().any(|one| one.id == id);
        let is_all = is_last && self.codes_left(account).await?.is_none();
        if is_all && self.passkey_follows(account).await? {
            let message =
                "logging in asks for this passkey after your password, and it is the last one";
            return Err(OpError::new(ErrorKind::Conflict, message).with_hint(
                "choose to be asked for your password alone, or add another passkey first",
            ));
        }
        if passkeys.remove(account.id, id).await? {
            let email = account.email.as_str();
            self.note(account.id, Action::PasskeyRemoved, email).await;
        }
        Ok(())
    }

    /// Whether somebody wants to be asked for a passkey after their password.
    ///
    /// # Errors
    /// If it cannot be found out.
    pub async fn passkey_follows(&self, account: &Account) -> Result<bool, OpError> {
        Ok(self.parts.own.steps.passkey_follows(account.id).await?)
    }

    /// Says whether somebody is asked for a passkey after their password.
    ///
    /// # Errors
    /// If the password is wrong, or there is no passkey to ask for.
    pub async fn let_passkey_follow(
        &self,
        account: &Account,
        password: String,
        it: bool,
        from: Option<IpAddr>,
    ) -> Result<(), OpError> {
        self.confirm(account, password, from).await?;
        if it && self.passkeys_of(account).await?.is_empty() {
            return Err(
                OpError::new(ErrorKind::Conflict, "you have no passkey").with_hint("add one first")
            );
        }
        let steps = &self.parts.own.steps;
        steps.let_passkey_follow(account.id, it).await?;
        if it {
            let email = account.email.as_str();
            self.note(account.id, Action::SecondFactorOn, email).await;
        } else {
            self.second_step_is_off(account, account.id.into()).await;
        }
        Ok(())
    }
}
