//! The DropIDs of this host's people.

use std::collections::BTreeSet;

use async_trait::async_trait;
use ds_core::{AccountId, StoreError, Timestamp};

use super::DropId;

/// A DropID of somebody on this host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DropIdRecord {
    /// The name.
    pub id: DropId,
    /// Whose it is.
    pub account: AccountId,
    /// The name they want to be shown with, 1 to 30 characters.
    pub display_name: String,
    /// The name of their picture's file, or empty.
    pub avatar: String,
    /// Whether its page shows name and picture to everybody.
    pub is_public: bool,
    /// When it was made.
    pub created: Timestamp,
}

/// What of a DropID can be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DropIdLook {
    /// The name they want to be shown with, 1 to 30 characters.
    pub display_name: String,
    /// The name of their picture's file, or empty.
    pub avatar: String,
    /// Whether its page shows them to everybody.
    pub is_public: bool,
}

/// The DropIDs of this host. One that was somebody's is nobody else's ever after: elsewhere it still means them.
#[async_trait]
pub trait DropIdStore: Send + Sync {
    /// Those of an account, oldest first.
    async fn dropids_of(&self, account: AccountId) -> Result<Vec<DropIdRecord>, StoreError>;
    /// One of them; none if its account is gone.
    async fn dropid(&self, id: &DropId) -> Result<Option<DropIdRecord>, StoreError>;
    /// Records one.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if it is or was somebody's, [`StoreError::Missing`] if there is no such account.
    async fn add_dropid(&self, record: &DropIdRecord) -> Result<(), StoreError>;
    /// Changes how it is shown.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if the account has no such DropID.
    async fn change_dropid(
        &self,
        account: AccountId,
        id: &DropId,
        look: &DropIdLook,
    ) -> Result<(), StoreError>;
    /// The files of pictures that a DropID or a contact of somebody has.
    async fn pictures_in_use(&self) -> Result<BTreeSet<String>, StoreError>;
}
