//! DropIDs of this host's people, and where they were used.

mod contacts;
mod issuer;
mod remote;

use ds_auth::{
    dropid::{ConnectedSite, DropId, DropIdLook, DropIdRecord, client::shown_name},
    pictures::{self, PictureError},
};
use ds_core::{AccountId, Address, StoreError, error_chain};

use super::{Action, Actor, ErrorKind, OpError, Ops, accounts::clip};
use crate::dropids::DropIds;

pub use contacts::{ContactPage, Shared};
pub use issuer::{Consent, ConsentError, Offer};

/// The most DropIDs that one account has: each is a name that nobody else gets any more.
const MOST: usize = 10;
/// The longest name, in characters.
const NAME_MAX: usize = 30;

impl Ops {
    /// What DropIDs stand on.
    #[must_use]
    pub fn dropids(&self) -> &DropIds {
        &self.parts.dropids
    }

    /// The DropIDs of an account, oldest first.
    pub async fn dropids_of(&self, account: AccountId) -> Result<Vec<DropIdRecord>, OpError> {
        Ok(self.dropids().ids.dropids_of(account).await?)
    }

    /// Whose page answers at a host and a handle, if somebody's does.
    pub async fn dropid_at(
        &self,
        host: &Address,
        handle: &str,
    ) -> Result<Option<DropIdRecord>, OpError> {
        let Ok(id) = self.dropids().domains.at(host, handle) else {
            return Ok(None);
        };
        // What is not its one spelling is another name.
        if id.handle().as_str() != handle {
            return Ok(None);
        }
        Ok(self.dropids().ids.dropid(&id).await?)
    }

    /// Whose a DropID is, if it is one of this host.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn owner_of_dropid(&self, id: &DropId) -> Result<Option<AccountId>, StoreError> {
        let found = self.dropids().ids.dropid(id).await?;
        Ok(found.map(|record| record.account))
    }

    /// Makes a DropID for an account.
    pub async fn new_dropid(
        &self,
        account: AccountId,
        domain: &str,
        handle: &str,
        name: &str,
        is_public: bool,
    ) -> Result<DropIdRecord, OpError> {
        let id = self.dropids().domains.new_one(domain, handle);
        let id = id.map_err(|error| OpError::caused(ErrorKind::Invalid, &error))?;
        if id.handle().is_empty() && !self.is_admin(account).await? {
            let message = format!("{id} is the whole domain");
            return Err(OpError::new(ErrorKind::Forbidden, message)
                .with_hint("only who runs this host can take that; choose a handle"));
        }
        let display_name = match name.trim() {
            "" if id.handle().is_empty() => check_name(clip_name(id.domain()))?,
            "" => check_name(id.handle().as_str())?,
            name => check_name(name)?,
        };
        if self.dropids_of(account).await?.len() >= MOST {
            let message = format!("one account has at most {MOST} DropIDs");
            return Err(OpError::new(ErrorKind::Conflict, message));
        }
        let record = DropIdRecord {
            id,
            account,
            display_name,
            avatar: String::new(),
            is_public,
            created: self.now(),
        };
        match self.dropids().ids.add_dropid(&record).await {
            Ok(()) => Ok(record),
            Err(StoreError::Taken { .. }) => {
                let message = format!("{} is taken, or was somebody's once", record.id);
                Err(OpError::new(ErrorKind::Conflict, message).with_hint("choose another handle"))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Changes the name that somebody is shown with, and whether everybody sees it.
    pub async fn change_dropid(
        &self,
        account: AccountId,
        id: &str,
        name: &str,
        is_public: bool,
    ) -> Result<(), OpError> {
        let record = self.own_dropid(account, id).await?;
        let look = DropIdLook {
            display_name: check_name(name)?,
            avatar: record.avatar,
            is_public,
        };
        let changed = self.dropids().ids.change_dropid(account, &record.id, &look);
        changed.await?;
        self.show_everywhere(&record.id);
        Ok(())
    }

    /// Gives a DropID another picture, or none.
    pub async fn set_dropid_picture(
        &self,
        account: AccountId,
        id: &str,
        picture: Option<Vec<u8>>,
    ) -> Result<(), OpError> {
        let record = self.own_dropid(account, id).await?;
        let avatar = match picture {
            Some(bytes) => self.keep_picture(bytes).await?,
            None => String::new(),
        };
        let look = DropIdLook {
            display_name: record.display_name,
            avatar,
            is_public: record.is_public,
        };
        self.dropids()
            .ids
            .change_dropid(account, &record.id, &look)
            .await?;
        self.dropids().drop_picture(record.avatar).await;
        self.show_everywhere(&record.id);
        Ok(())
    }

    /// A picture of somebody that this host keeps, and its media type.
    pub async fn picture(&self, name: &str) -> Result<Option<(Vec<u8>, &'static str)>, OpError> {
        let media_type = match name.rsplit_once('.') {
            Some((_, "jpg")) => "image/jpeg",
            Some((_, "png")) => "image/png",
            _ => return Ok(None),
        };
        let (pictures, name) = (self.dropids().pictures.clone(), name.to_owned());
        let read = tokio::task::spawn_blocking(move || pictures.read(&name)).await;
        let read = read.map_err(|error| failed(&error))?;
        let bytes = read.map_err(|error| failed(&error))?;
        Ok(bytes.map(|bytes| (bytes, media_type)))
    }

    /// Where an account's DropIDs were used, last first.
    pub async fn connected_sites(&self, account: AccountId) -> Result<Vec<ConnectedSite>, OpError> {
        Ok(self.dropids().sites.connected_sites(account).await?)
    }

    /// Forgets that a DropID was used at a client, or at any.
    pub async fn forget_sites(
        &self,
        account: AccountId,
        client_id: Option<&str>,
    ) -> Result<(), OpError> {
        Ok(self
            .dropids()
            .sites
            .forget_sites(account, client_id)
            .await?)
    }

    /// Replaces the keys that sign for DropIDs at once: somebody may have got hold of them. What was signed with the old
    /// ones is believed nowhere as soon as others ask for the keys again, within the hour.
    pub async fn replace_dropid_keys(&self, by: Actor) -> Result<String, OpError> {
        self.dropids().keys.replace_all().await?;
        let key = self.dropids().keys.current().await?;
        self.note(by, Action::KeysReplaced, key.id()).await;
        Ok(key.id().to_owned())
    }

    /// One of an account's own.
    async fn own_dropid(&self, account: AccountId, id: &str) -> Result<DropIdRecord, OpError> {
        let own = match id.parse::<DropId>() {
            Ok(id) => self.dropids().ids.dropid(&id).await?,
            Err(_) => None,
        };
        let own = own.filter(|record| record.account == account);
        own.ok_or_else(|| {
            let message = format!("you have no DropID `{}`", clip(id));
            OpError::new(ErrorKind::NotFound, message)
        })
    }

    async fn keep_picture(&self, bytes: Vec<u8>) -> Result<String, OpError> {
        let pictures = self.dropids().pictures.clone();
        let picture = pictures::remake_in_turn(bytes).await;
        let picture = picture.map_err(|error| of_picture(&error))?;
        let kept = tokio::task::spawn_blocking(move || {
            pictures.keep(&picture).map_err(|error| failed(&error))
        });
        kept.await.map_err(|error| failed(&error))?
    }
}

fn failed(error: &(dyn std::error::Error + 'static)) -> OpError {
    let message = format!("a picture cannot be kept: {}", error_chain(error));
    OpError::new(ErrorKind::Internal, message)
}

fn of_picture(error: &PictureError) -> OpError {
    let kind = match error {
        PictureError::Unwritten(_) => ErrorKind::Internal,
        PictureError::Busy => ErrorKind::Busy,
        _ => ErrorKind::Invalid,
    };
    OpError::new(kind, error.to_string())
}

fn clip_name(text: &str) -> &str {
    let end = text
        .char_indices()
        .nth(NAME_MAX)
        .map_or(text.len(), |(at, _)| at);
    &text[..end]
}

/// A name that others can be shown.
fn check_name(name: &str) -> Result<String, OpError> {
    let is_short = name.trim().chars().count() <= NAME_MAX;
    let shown = shown_name(name).filter(|_| is_short);
    shown.ok_or_else(|| {
        let message = format!("a name has 1 to {NAME_MAX} characters that can be seen");
        OpError::new(ErrorKind::Invalid, message)
    })
}
