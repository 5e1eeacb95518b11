//! People whom somebody knows, and what is shared with them.

use ds_auth::dropid::{Contact, Identity, ProfileUrl};
use ds_core::{AccountId, Address, LoginKind, Member, error_chain};

use super::{ErrorKind, OpError, Ops, clip};
use crate::dropids::LookError;

/// The most contacts that one account has.
const MOST: usize = 500;

/// A contact, and what there is to do about them.
#[derive(Debug)]
pub struct ContactPage {
    /// Who it is.
    pub contact: Contact,
    /// Somebody's own appspaces, by address: whether the contact is a member.
    pub appspaces: Vec<Shared>,
}

/// An appspace, and whether somebody is a member of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shared {
    /// Where it is.
    pub address: Address,
    /// What they are called there, if they are a member.
    pub member: Option<String>,
}

impl Ops {
    /// The contacts of an account, by name.
    pub async fn contacts(&self, account: AccountId) -> Result<Vec<Contact>, OpError> {
        Ok(self.dropids().contacts.contacts(account).await?)
    }

    /// One contact, and which of one's own appspaces they are a member of.
    pub async fn contact(&self, account: AccountId, who: &str) -> Result<ContactPage, OpError> {
        let contact = self.own_contact(account, who).await?;
        let (kind, name) = (kind(&contact.who), contact.who.text());
        let mut appspaces = Vec::new();
        for appspace in self.parts.appspaces.appspaces_of(account).await? {
            // One whose data is at rest just now does not hide the others either.
            let Ok(_visit) = self.parts.lifecycle.visit(&appspace) else {
                continue;
            };
            let logins = &self.dropids().logins;
            let found = match logins.member_with(appspace.id, kind, &name).await {
                Ok(found) => found,
                // One appspace whose data is damaged does not hide the others.
                Err(error) => {
                    let error = error_chain(&error);
                    tracing::warn!(appspace = %appspace.address, error, "its members cannot be read");
                    continue;
                }
            };
            appspaces.push(Shared {
                address: appspace.address,
                member: found.map(|(member, _)| member.display_name),
            });
        }
        Ok(ContactPage { contact, appspaces })
    }

    /// Adds somebody by their DropID or the address of their page, with what the page says of them.
    pub async fn add_contact(&self, account: AccountId, typed: &str) -> Result<Contact, OpError> {
        let who = ProfileUrl::typed(typed, self.dropids().local).map_err(|error| {
            OpError::new(ErrorKind::Invalid, error.to_string())
                .with_hint("a DropID looks like example.com/ada")
        })?;
        let identity = who.identity();
        let before = self.dropids().contacts.contact(account, &identity).await?;
        if before.is_none() && self.contacts(account).await?.len() >= MOST {
            let message = format!("one account has at most {MOST} contacts");
            return Err(OpError::new(ErrorKind::Conflict, message).with_hint("remove some first"));
        }
        self.dropids().looks.count(account).map_err(|wait| {
            let message = "you looked for many people at once";
            let hint = format!("wait {} seconds and try again", wait.as_secs().max(1));
            OpError::new(ErrorKind::Busy, message).with_hint(hint)
        })?;
        let looked = self.dropids().look_up(&who).await.map_err(of_look)?;
        let contact = Contact {
            name: looked.name.unwrap_or_default(),
            picture: looked.picture,
            added: self.now(),
            who: identity,
        };
        self.dropids()
            .contacts
            .put_contact(account, &contact)
            .await?;
        if let Some(before) = before {
            self.dropids().drop_picture(before.picture).await;
        }
        Ok(contact)
    }

    /// Forgets a contact. Where they are a member they stay one.
    pub async fn remove_contact(&self, account: AccountId, who: &str) -> Result<(), OpError> {
        let contact = self.own_contact(account, who).await?;
        let contacts = &self.dropids().contacts;
        contacts.remove_contact(account, &contact.who).await?;
        self.dropids().drop_picture(contact.picture).await;
        Ok(())
    }

    /// Adds a contact to one of one's own appspaces, by the name in the contacts.
    pub async fn share_with(
        &self,
        account: AccountId,
        who: &str,
        address: &str,
    ) -> Result<Member, OpError> {
        let contact = self.own_contact(account, who).await?;
        let name = Some(contact.name.as_str()).filter(|name| !name.is_empty());
        self.add_member(account, address, &contact.who.text(), name)
            .await
    }

    async fn own_contact(&self, account: AccountId, who: &str) -> Result<Contact, OpError> {
        let found = match ProfileUrl::typed(who, self.dropids().local) {
            Ok(who) => {
                let contacts = &self.dropids().contacts;
                contacts.contact(account, &who.identity()).await?
            }
            Err(_) => None,
        };
        found.ok_or_else(|| {
            let message = format!("`{}` is none of your contacts", clip(who));
            OpError::new(ErrorKind::NotFound, message)
        })
    }
}

fn kind(who: &Identity) -> LoginKind {
    match who {
        Identity::DropId(_) => LoginKind::DropId,
        Identity::Profile(_) => LoginKind::Profile,
    }
}

fn of_look(error: LookError) -> OpError {
    match error {
        LookError::Nobody(_) => {
            OpError::new(ErrorKind::NotFound, error.to_string()).with_hint("check how it is spelt")
        }
        LookError::Page(_) => OpError::new(ErrorKind::NotFound, "their page did not answer")
            .with_hint("check how the DropID is spelt, or try again later")
            .with_source(error),
        LookError::Store(error) => error.into(),
    }
}
