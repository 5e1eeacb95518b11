//! How somebody is to log in, as people write it: a mail address, a DropID, the address of a page.

use ds_auth::{
    Account,
    dropid::{Identity, ProfileUrl},
    joining::Who,
};
use ds_core::{Appspace, AppspaceId, LoginKind, Member, MemberLogin, ProxyId, StoreError};

use crate::ops::{ErrorKind, OpError, Ops, accounts::clip};

/// A way to log in.
#[derive(Clone, Debug)]
pub(in crate::ops) enum Way {
    /// With an account of this host.
    Account(Account),
    /// With a DropID, a page, or a mail address that has no account here.
    Login(MemberLogin),
}

impl Way {
    /// Who comes in this way.
    pub(in crate::ops) fn who(&self) -> Who {
        match self {
            Self::Account(account) => Who::Account(account.id),
            Self::Login(login) => Who::Login(login.clone()),
        }
    }

    /// As people write it.
    pub(in crate::ops) fn text(&self) -> &str {
        match self {
            Self::Account(account) => &account.email,
            Self::Login(login) => &login.name,
        }
    }
}

impl Ops {
    /// Reads a way to log in. A mail address means the account that has it, if one does and
    /// it is proven to be its owner's.
    pub(in crate::ops) async fn way(&self, text: &str) -> Result<Way, OpError> {
        let text = text.trim();
        if text.contains('@') && !text.contains('/') {
            return self.way_by_mail(text).await;
        }
        let url = ProfileUrl::typed(text, self.names().local()).map_err(|error| {
            let message = format!("`{}` is neither a mail address nor a DropID", clip(text));
            OpError::new(ErrorKind::Invalid, message)
                .with_hint("write it like ada@example.com, or like example.com/ada")
                .with_source(error)
        })?;
        let identity = url.identity();
        let kind = match &identity {
            Identity::DropId(_) => LoginKind::DropId,
            Identity::Profile(_) => LoginKind::Profile,
        };
        Ok(Way::Login(MemberLogin {
            kind,
            name: identity.text(),
            signed_by: String::new(),
        }))
    }

    async fn way_by_mail(&self, text: &str) -> Result<Way, OpError> {
        let account = match self.account_by_email(text).await {
            Ok(account) if account.email_proven => return Ok(Way::Account(account)),
            Ok(account) => Some(account),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        // Somebody's who only says that the address is theirs stands for nobody.
        let email = ds_auth::normalised_email(text).map_err(|error| {
            OpError::new(ErrorKind::Invalid, error.to_string()).with_source(error)
        })?;
        if self.parts.post.is_none() && account.is_some() {
            let message = format!("nobody has proved that `{}` is its owner's", clip(&email));
            return Err(OpError::new(ErrorKind::Conflict, message).with_hint(
                "send them an invitation link or add their DropID, or let whoever runs this host vouch for the address",
            ));
        }
        if self.parts.post.is_none() {
            let message = format!("there is no account `{}` on this host", clip(&email));
            return Err(OpError::new(ErrorKind::NotFound, message).with_hint(
                "this host sends no mail, so a mail address alone lets nobody log in: use the address of an account here, or a DropID like example.com/ada",
            ));
        }
        Ok(Way::Login(MemberLogin {
            kind: LoginKind::Email,
            name: email,
            signed_by: String::new(),
        }))
    }

    /// The member who logs in so.
    pub(in crate::ops) async fn member_by(
        &self,
        at: AppspaceId,
        way: &Way,
    ) -> Result<Option<Member>, StoreError> {
        self.member_who(at, &way.who()).await
    }

    /// The member whom somebody who proved who they are is.
    pub async fn member_who(
        &self,
        at: AppspaceId,
        who: &Who,
    ) -> Result<Option<Member>, StoreError> {
        match who {
            Who::Account(id) => self.parts.members.member_of_account(at, *id).await,
            Who::Login(login) => {
                let membership = &self.parts.membership;
                let logins = &*membership.logins;
                let found = membership
                    .known
                    .member_with(logins, at, login.kind, &login.name);
                let found = found.await?;
                Ok(found.map(|(member, _)| member))
            }
        }
    }

    /// Takes the mail addresses from a member that their account has given up, unless the appspace is at rest: then another
    /// time.
    pub(crate) async fn drop_left_logins(
        &self,
        appspace: &Appspace,
        id: &ProxyId,
    ) -> Result<(), StoreError> {
        let Ok(_visit) = self.parts.lifecycle.visit(appspace) else {
            return Ok(());
        };
        let membership = &self.parts.membership;
        let logins = &*membership.logins;
        membership.known.drop_left(logins, appspace.id, id).await
    }
}
