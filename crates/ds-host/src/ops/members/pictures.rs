//! Members' pictures.

use std::{collections::BTreeSet, io};

use ds_auth::pictures::{self, Avatars, Picture, PictureError};
use ds_core::{AccountId, Appspace, AppspaceId, Member, ProxyId};

use crate::ops::{ErrorKind, OpError, Ops};

impl Ops {
    /// Gives a member another picture, made of whatever was uploaded; `None`: none.
    pub async fn set_member_picture(
        &self,
        owner: AccountId,
        address: &str,
        member: &str,
        upload: Option<Vec<u8>>,
    ) -> Result<(), OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        let _visit = self.parts.lifecycle.visit(&appspace)?;
        let found = self.find_member(&appspace, member).await?;
        let picture = match upload {
            Some(bytes) => Some(remade(bytes).await?),
            None => None,
        };
        self.put_picture(appspace.id, &found.proxy_id, picture)
            .await?;
        Ok(())
    }

    /// Gives a member the picture that they uploaded themselves; `None`: none.
    pub async fn set_own_picture(
        &self,
        appspace: &Appspace,
        id: &ProxyId,
        upload: Option<Vec<u8>>,
    ) -> Result<(), OpError> {
        let picture = match upload {
            Some(bytes) => Some(remade(bytes).await?),
            None => None,
        };
        self.put_picture(appspace.id, id, picture).await?;
        Ok(())
    }

    /// The picture of a member, and its media type; `None` if they have none.
    pub async fn member_picture(
        &self,
        owner: AccountId,
        address: &str,
        member: &str,
    ) -> Result<Option<(Vec<u8>, &'static str)>, OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        let _visit = self.parts.lifecycle.visit(&appspace)?;
        let found = self.find_member(&appspace, member).await?;
        self.picture_of(appspace.id, &found).await
    }

    /// The same of a member who is known. Only what looks like a picture has a type: the directory may have come from
    /// elsewhere.
    pub async fn picture_of(
        &self,
        at: AppspaceId,
        member: &Member,
    ) -> Result<Option<(Vec<u8>, &'static str)>, OpError> {
        let (avatars, name) = (self.avatars(at), member.avatar.clone());
        let read = blocking(move || avatars.read(&name)).await?;
        Ok(read.and_then(|bytes| {
            let media_type = pictures::media_type(&bytes)?;
            Some((bytes, media_type))
        }))
    }

    /// Gives a member a picture that was made: written first, then recorded, and what they had before removed last. Says
    /// what its file is called.
    pub async fn put_picture(
        &self,
        at: AppspaceId,
        id: &ProxyId,
        picture: Option<Picture>,
    ) -> Result<String, OpError> {
        let name = self.keep_member_picture(at, picture).await?;
        let changed = self
            .parts
            .membership
            .changes
            .set_avatar(at, id, &name)
            .await;
        self.parts.sessions.forget_appspace(at);
        let (unused, changed) = match changed {
            Ok(before) => (before, Ok(name)),
            Err(error) => (name, Err(error)),
        };
        self.remove_pictures(at, unused).await;
        Ok(changed?)
    }

    /// Writes a picture that is to be a member's; what its file is called, or nothing.
    pub(super) async fn keep_member_picture(
        &self,
        at: AppspaceId,
        picture: Option<Picture>,
    ) -> Result<String, OpError> {
        let Some(picture) = picture else {
            return Ok(String::new());
        };
        let avatars = self.avatars(at);
        blocking(move || avatars.keep(&picture)).await
    }

    /// Removes a picture that nobody has any more, and what a crash left. What cannot be removed is removed another time.
    pub(super) async fn remove_pictures(&self, at: AppspaceId, unused: String) {
        let named: BTreeSet<String> = match self.parts.members.members(at).await {
            Ok(members) => members.into_iter().map(|member| member.avatar).collect(),
            Err(error) => return told(&error),
        };
        let (avatars, now) = (self.avatars(at), self.now());
        let removed = blocking(move || {
            if !named.contains(&unused) {
                avatars.remove(&unused)?;
            }
            avatars.tidy(&named, now)
        });
        if let Err(error) = removed.await {
            told(&error);
        }
    }

    fn avatars(&self, at: AppspaceId) -> Avatars {
        Avatars::at(self.parts.data.appspace(at).avatars())
    }
}

fn told(error: &(dyn std::error::Error + 'static)) {
    let error = ds_core::error_chain(error);
    tracing::warn!(error, "cannot remove a picture that nobody has");
}

/// What was uploaded, as a picture of ours.
pub(in crate::ops) async fn remade(bytes: Vec<u8>) -> Result<Picture, OpError> {
    pictures::remake_in_turn(bytes).await.map_err(|error| {
        let kind = match &error {
            PictureError::Unwritten(_) => ErrorKind::Internal,
            PictureError::Busy => ErrorKind::Busy,
            _ => ErrorKind::Invalid,
        };
        OpError::new(kind, error.to_string()).with_source(error)
    })
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, OpError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(io::Error::other(error)))
        .map_err(failed)
}

fn failed(error: io::Error) -> OpError {
    OpError::new(ErrorKind::Internal, "cannot keep this picture").with_source(error)
}
