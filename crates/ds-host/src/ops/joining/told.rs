//! Letters about asking to join: to the owner that somebody waits, and to whoever was let in.
//!
//! What those are called who ask is not in them: strangers write no letters in the host's name.

use ds_auth::joining::Who;
use ds_core::{Appspace, LoginKind, StoreError, error_chain};

use crate::{mail::Letter, ops::Ops};

impl Ops {
    /// Tells the owner that somebody asks, unless they were told lately or have no address that is known to be theirs.
    pub(super) async fn tell_owner(&self, appspace: &Appspace) {
        if let Err(error) = self.try_tell_owner(appspace).await {
            let error = error_chain(&error);
            tracing::warn!(error, "cannot tell an owner that somebody asks to join");
        }
    }

    async fn try_tell_owner(&self, appspace: &Appspace) -> Result<(), StoreError> {
        let owner = self.parts.account_store.account(appspace.owner).await?;
        let Some(owner) = owner.filter(|owner| owner.email_proven && self.sends_mail()) else {
            return Ok(());
        };
        if self.asked.count(appspace.id).is_err() {
            return Ok(());
        }
        let (address, site) = (&appspace.address, self.names().site_origin());
        let text = format!(
            "Somebody asks to be let in to your appspace {address}. Who it is, and who else waits, you see here:\n\n\
             {site}/appspaces/{address}/members\n\n\
             Let them in there, or turn them away. You get one such letter an hour at most, however many ask.\n"
        );
        let letter = Letter::new(
            owner.email,
            format!("Somebody asks to join {address}"),
            text,
        );
        self.mail(&letter.by_stranger()).await;
        Ok(())
    }

    /// Tells somebody who asked with a mail address that they are let in.
    pub(super) async fn tell_let_in(&self, appspace: &Appspace, who: &Who) {
        let to = match who {
            Who::Login(login) if login.kind == LoginKind::Email => login.name.clone(),
            Who::Login(_) => return,
            Who::Account(id) => match self.parts.account_store.account(*id).await {
                Ok(Some(account)) if account.email_proven => account.email,
                Ok(_) => return,
                Err(error) => {
                    let error = error_chain(&error);
                    tracing::warn!(error, "cannot tell somebody that they are let in");
                    return;
                }
            },
        };
        let (address, origin) = (&appspace.address, self.names().origin(&appspace.address));
        let text = format!(
            "You asked to be let in to {address}, and its owner has let you in:\n\n{origin}/\n\n\
             Log in there as you did when you asked.\n"
        );
        let letter = Letter::new(to, format!("You are let in to {address}"), text);
        self.mail(&letter).await;
    }
}
