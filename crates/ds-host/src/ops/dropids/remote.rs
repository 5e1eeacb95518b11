//! Appspaces of others, on one's own home page.

use ds_auth::dropid::{DropId, ProfileUrl, RemoteAppspace, client::CLIENT_PATH};
use ds_core::{AccountId, StoreError};
use url::Url;

use super::{ErrorKind, Offer, OpError, Ops, check_name};

/// The most that one account has.
const MOST: usize = 500;

impl Ops {
    /// The appspaces of others on somebody's home page, by name.
    pub async fn remotes(&self, account: AccountId) -> Result<Vec<RemoteAppspace>, OpError> {
        Ok(self.dropids().remotes.remote_appspaces(account).await?)
    }

    /// The address of an appspace of others: what an invitation names, or somebody typed.
    pub fn remote_url(&self, at: &str) -> Result<Url, OpError> {
        let url = ProfileUrl::typed(at, self.dropids().local);
        let url = url.map_err(|_| {
            let message = "this is not the address of an appspace";
            let hint = "it looks like https://notes.example.com; copy it from your browser";
            OpError::new(ErrorKind::Invalid, message).with_hint(hint)
        })?;
        Ok(url.url().clone())
    }

    /// Puts an appspace of others on somebody's home page. Says which it is.
    pub async fn add_remote(
        &self,
        account: AccountId,
        at: &str,
        name: &str,
    ) -> Result<Offer, OpError> {
        let url = self.remote_url(at)?;
        if self.is_own(account, &url).await? {
            let message = "this appspace is yours, and on your home page already";
            return Err(OpError::new(ErrorKind::Conflict, message));
        }
        let host = url.host_str().unwrap_or_default();
        let label = host.split('.').next().unwrap_or_default();
        let offer = Offer {
            origin: url.origin().ascii_serialization(),
            name: check_name(if name.trim().is_empty() { label } else { name })?,
        };
        let dropid = self.who_logged_in_at(account, &offer.origin).await?;
        self.put_remote(account, offer.clone(), dropid).await?;
        Ok(offer)
    }

    /// As whom somebody has logged in at an appspace, as far as it is remembered.
    async fn who_logged_in_at(
        &self,
        account: AccountId,
        origin: &str,
    ) -> Result<Option<DropId>, OpError> {
        let client = format!("{origin}{CLIENT_PATH}");
        let sites = self.connected_sites(account).await?;
        let site = sites.into_iter().find(|site| site.client_id == client);
        Ok(site.map(|site| site.dropid))
    }

    /// Calls it something else.
    pub async fn rename_remote(
        &self,
        account: AccountId,
        origin: &str,
        name: &str,
    ) -> Result<(), OpError> {
        let name = check_name(name)?;
        let renamed = self.dropids().remotes.rename_remote(account, origin, &name);
        match renamed.await {
            Err(StoreError::Missing { .. }) => {
                let message = "this appspace is not on your home page";
                Err(OpError::new(ErrorKind::NotFound, message))
            }
            renamed => Ok(renamed?),
        }
    }

    /// Takes it off the page. Who somebody is there stays as it is.
    pub async fn remove_remote(&self, account: AccountId, origin: &str) -> Result<(), OpError> {
        Ok(self
            .dropids()
            .remotes
            .remove_remote(account, origin)
            .await?)
    }

    pub(super) async fn put_remote(
        &self,
        account: AccountId,
        offer: Offer,
        dropid: Option<DropId>,
    ) -> Result<(), OpError> {
        if self.remotes(account).await?.len() >= MOST {
            let message = format!("there are {MOST} appspaces of others on your home page");
            return Err(OpError::new(ErrorKind::Conflict, message).with_hint("remove some first"));
        }
        let remote = RemoteAppspace {
            origin: offer.origin,
            name: offer.name,
            dropid,
            added: self.now(),
        };
        Ok(self.dropids().remotes.add_remote(account, &remote).await?)
    }
}
