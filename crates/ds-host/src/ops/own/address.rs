//! Proving the mail address of one's own account, where it was made without a proof; and vouching for others'.

use std::net::IpAddr;

use ds_auth::Account;

use super::super::{Action, Actor, ErrorKind, OpError, Ops};

impl Ops {
    /// Sends somebody a link that proves their mail address, if they are logged in when they open it. Since it changes
    /// nothing else, no password is asked for.
    ///
    /// # Errors
    /// If it is proven, this host sends no mail, or it was asked too often.
    pub async fn ask_to_prove_address(
        &self,
        account: &Account,
        from: Option<IpAddr>,
    ) -> Result<(), OpError> {
        if !self.sends_mail() {
            let message = "this host sends no mail, so nobody can prove a mail address";
            return Err(OpError::new(ErrorKind::Conflict, message)
                .with_hint("whoever runs it can vouch for yours"));
        }
        // The address that they have now, and not the one that they had when they were let in.
        let since = self.parts.sessions.epoch().await?;
        let account = self.account_meant(&account.id.to_string()).await?;
        self.begin_address(&account, &account.email, from, since)
            .await?;
        Ok(())
    }

    /// Lets somebody's mail address count as theirs, since whoever runs the host says so, of the address that they `saw`.
    ///
    /// # Errors
    /// If whoever asks does not run the host, there is no such account, or it has another address by now.
    pub async fn vouch_for_address(
        &self,
        by: impl Into<Actor>,
        which: &str,
        saw: &str,
    ) -> Result<(), OpError> {
        let by = by.into();
        self.must_be_admin(&by).await?;
        let account = self.account_meant(which).await?;
        let profiles = &self.parts.own.profiles;
        if !profiles.vouch_for_present(account.id, saw).await? {
            let message = "this account has another mail address by now";
            return Err(OpError::new(ErrorKind::Conflict, message).with_hint("look at it again"));
        }
        if !account.email_proven {
            self.note_proven(by, &account).await;
        }
        Ok(())
    }

    /// Whether an account may prove its address here.
    #[must_use]
    pub fn may_prove(&self, account: &Account) -> bool {
        !account.email_proven && self.sends_mail()
    }

    pub(super) async fn note_proven(&self, by: Actor, account: &Account) {
        let email = account.email.as_str();
        self.note(by, Action::AddressProven, email).await;
    }
}
