//! What somebody's page says of them: of this host by its records, of others over the network.

use ds_auth::{
    dropid::{
        Card, Identity, ProfileUrl,
        client::{LoginError, Want},
    },
    pictures,
};
use ds_core::{StoreError, error_chain};
use url::Url;

use super::DropIds;

/// What was found; all of it a claim.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// What they are called, if their page says so.
    pub name: Option<String>,
    /// The name of the file that their picture has here now, or empty.
    pub picture: String,
}

/// Why nothing is known of somebody.
#[derive(Debug, thiserror::Error)]
pub enum LookError {
    /// A DropID of this host that is nobody's.
    #[error("nobody has the DropID {0}")]
    Nobody(String),
    /// Their page cannot be had.
    #[error(transparent)]
    Page(#[from] LoginError),
    /// The host's own records cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl DropIds {
    /// Looks at somebody's page, and keeps their picture under a name of its own. A picture that cannot be had is none.
    pub(crate) async fn look_up(&self, who: &ProfileUrl) -> Result<Looked, LookError> {
        match who.identity() {
            Identity::DropId(id) if self.domains.has(&id) => {
                let found = self.ids.dropid(&id).await?;
                let found = found.ok_or_else(|| LookError::Nobody(id.to_string()))?;
                if !found.is_public {
                    return Ok(Looked::default());
                }
                Ok(Looked {
                    picture: self.copy_of(found.avatar).await,
                    name: Some(found.display_name),
                })
            }
            _ => {
                let card = Card::find(&*self.web, who, self.local).await?;
                let picture = match &card.photo {
                    Some(photo) => self.fetched(photo).await,
                    None => String::new(),
                };
                Ok(Looked {
                    name: card.name,
                    picture,
                })
            }
        }
    }

    async fn fetched(&self, photo: &Url) -> String {
        match self.web.get(photo, Want::Picture.bounds()).await {
            Ok(got) => self.kept(got.body).await,
            Err(error) => {
                let error = error_chain(&error);
                tracing::info!(error, "somebody's picture cannot be had");
                String::new()
            }
        }
    }

    /// Theirs goes when they choose another.
    async fn copy_of(&self, name: String) -> String {
        let pictures = self.pictures.clone();
        let read = tokio::task::spawn_blocking(move || pictures.read(&name)).await;
        match read.ok().and_then(Result::ok).flatten() {
            Some(bytes) => self.kept(bytes).await,
            None => String::new(),
        }
    }

    async fn kept(&self, bytes: Vec<u8>) -> String {
        let pictures = self.pictures.clone();
        let picture = match pictures::remake_in_turn(bytes).await {
            Ok(picture) => picture,
            Err(error) => {
                let error = error_chain(&error);
                tracing::info!(error, "somebody's picture is not kept");
                return String::new();
            }
        };
        let kept = tokio::task::spawn_blocking(move || {
            pictures.keep(&picture).map_err(|error| error_chain(&error))
        });
        match kept.await {
            Ok(Ok(name)) => name,
            Ok(Err(error)) => {
                tracing::info!(error, "somebody's picture is not kept");
                String::new()
            }
            Err(_) => String::new(),
        }
    }

    /// Removes a picture that nobody has any more.
    pub(crate) async fn drop_picture(&self, name: String) {
        if name.is_empty() {
            return;
        }
        let pictures = self.pictures.clone();
        let removed = tokio::task::spawn_blocking(move || pictures.remove(&name)).await;
        if let Ok(Err(error)) = removed {
            tracing::warn!(%error, "a picture of somebody cannot be removed");
        }
    }
}
