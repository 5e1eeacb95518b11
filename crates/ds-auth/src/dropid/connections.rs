//! What a person of this host has to do with others: where they log in with a DropID, whom they know, and which appspaces
//! of other hosts they go to.

use async_trait::async_trait;
use ds_core::{AccountId, StoreError, Timestamp};

use super::{DropId, Identity};

/// A website or appspace that somebody has logged in to with a DropID of this host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectedSite {
    /// With which.
    pub dropid: DropId,
    /// Which: its `client_id`.
    pub client_id: String,
    /// The first time, as far as it is remembered.
    pub since: Timestamp,
    /// The last time.
    pub last: Timestamp,
}

/// The logins of this host's people elsewhere: of each DropID at each client, the first and the last.
#[async_trait]
pub trait ConnectedSiteStore: Send + Sync {
    /// Those of an account, last used first.
    async fn connected_sites(&self, account: AccountId) -> Result<Vec<ConnectedSite>, StoreError>;
    /// When an account first logged in at a client, with whichever DropID.
    async fn connected_since(
        &self,
        account: AccountId,
        client_id: &str,
    ) -> Result<Option<Timestamp>, StoreError>;
    /// Records a login.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such account.
    async fn note_login(
        &self,
        account: AccountId,
        dropid: &DropId,
        client_id: &str,
        at: Timestamp,
    ) -> Result<(), StoreError>;
    /// Forgets a client, or all of them with `None`.
    async fn forget_sites(
        &self,
        account: AccountId,
        client_id: Option<&str>,
    ) -> Result<(), StoreError>;
    /// Forgets what was last used before then.
    async fn purge_sites(&self, before: Timestamp) -> Result<(), StoreError>;
}

/// Somebody whom a person of this host knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Who it is.
    pub who: Identity,
    /// What their page calls them; a claim. Empty if it says nothing.
    pub name: String,
    /// The name of their picture's file here, or empty.
    pub picture: String,
    /// Since when.
    pub added: Timestamp,
}

/// The contacts of this host's people.
#[async_trait]
pub trait ContactStore: Send + Sync {
    /// Those of an account, by name.
    async fn contacts(&self, account: AccountId) -> Result<Vec<Contact>, StoreError>;
    /// One of them.
    async fn contact(
        &self,
        account: AccountId,
        who: &Identity,
    ) -> Result<Option<Contact>, StoreError>;
    /// Records one, or what has become of one that is there; since when stays as it was.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such account.
    async fn put_contact(&self, account: AccountId, contact: &Contact) -> Result<(), StoreError>;
    /// Forgets one; one that is not there is fine.
    async fn remove_contact(&self, account: AccountId, who: &Identity) -> Result<(), StoreError>;
}

/// An appspace of another owner, here or elsewhere, that somebody wants to find on their own home page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteAppspace {
    /// Where it is: `https://notes.a.example`.
    pub origin: String,
    /// What its guest calls it, 1 to 60 characters.
    pub name: String,
    /// Who they are there, if that is known.
    pub dropid: Option<DropId>,
    /// Since when it is on the page.
    pub added: Timestamp,
}

/// The appspaces elsewhere that this host's people go to.
#[async_trait]
pub trait RemoteAppspaceStore: Send + Sync {
    /// Those of an account, by name.
    async fn remote_appspaces(&self, account: AccountId)
    -> Result<Vec<RemoteAppspace>, StoreError>;
    /// Records one. Of one that is there, only who somebody is there changes, if that is said.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such account.
    async fn add_remote(
        &self,
        account: AccountId,
        remote: &RemoteAppspace,
    ) -> Result<(), StoreError>;
    /// Gives one another name.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if it is not there.
    async fn rename_remote(
        &self,
        account: AccountId,
        origin: &str,
        name: &str,
    ) -> Result<(), StoreError>;
    /// Forgets one; one that is not there is fine.
    async fn remove_remote(&self, account: AccountId, origin: &str) -> Result<(), StoreError>;
}
