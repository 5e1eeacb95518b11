//! Logins elsewhere, contacts, and appspaces of others.

use async_trait::async_trait;
use ds_auth::dropid::{
    ConnectedSite, ConnectedSiteStore, Contact, ContactStore, DropId, Identity, RemoteAppspace,
    RemoteAppspaceStore,
};
use ds_core::{AccountId, StoreError, Timestamp};

use super::{Memory, missing};

/// What belongs to an account.
#[derive(Default)]
pub(super) struct Connections {
    sites: Vec<(AccountId, ConnectedSite)>,
    contacts: Vec<(AccountId, Contact)>,
    remotes: Vec<(AccountId, RemoteAppspace)>,
}

impl Connections {
    pub(super) fn remove_account(&mut self, id: AccountId) {
        self.sites.retain(|(of, _)| *of != id);
        self.contacts.retain(|(of, _)| *of != id);
        self.remotes.retain(|(of, _)| *of != id);
    }

    pub(super) fn pictures(&self) -> impl Iterator<Item = &str> {
        let all = self.contacts.iter();
        all.map(|(_, contact)| contact.picture.as_str())
    }
}

fn of<T: Clone>(all: &[(AccountId, T)], account: AccountId) -> Vec<T> {
    let own = all.iter().filter(|(of, _)| *of == account);
    own.map(|(_, one)| one.clone()).collect()
}

#[async_trait]
impl ConnectedSiteStore for Memory {
    async fn connected_sites(&self, account: AccountId) -> Result<Vec<ConnectedSite>, StoreError> {
        let mut own = of(&self.tables()?.people.connections.sites, account);
        own.sort_by_key(|site| std::cmp::Reverse(site.last));
        Ok(own)
    }

    async fn connected_since(
        &self,
        account: AccountId,
        client_id: &str,
    ) -> Result<Option<Timestamp>, StoreError> {
        let own = self.connected_sites(account).await?;
        let at = own.iter().filter(|site| site.client_id == client_id);
        Ok(at.map(|site| site.since).min())
    }

    async fn note_login(
        &self,
        account: AccountId,
        dropid: &DropId,
        client_id: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        tables.check_account(account)?;
        let sites = &mut tables.people.connections.sites;
        let known = sites.iter_mut().find(|(of, site)| {
            (*of, &site.dropid, site.client_id.as_str()) == (account, dropid, client_id)
        });
        match known {
            Some((_, site)) => site.last = at,
            None => sites.push((
                account,
                ConnectedSite {
                    dropid: dropid.clone(),
                    client_id: client_id.to_owned(),
                    since: at,
                    last: at,
                },
            )),
        }
        Ok(())
    }

    async fn forget_sites(
        &self,
        account: AccountId,
        client_id: Option<&str>,
    ) -> Result<(), StoreError> {
        let sites = &mut self.tables()?.people.connections.sites;
        sites.retain(|(of, site)| {
            *of != account || client_id.is_some_and(|id| id != site.client_id)
        });
        Ok(())
    }

    async fn purge_sites(&self, before: Timestamp) -> Result<(), StoreError> {
        let sites = &mut self.tables()?.people.connections.sites;
        sites.retain(|(_, site)| site.last >= before);
        Ok(())
    }
}

#[async_trait]
impl ContactStore for Memory {
    async fn contacts(&self, account: AccountId) -> Result<Vec<Contact>, StoreError> {
        let mut own = of(&self.tables()?.people.connections.contacts, account);
        own.sort_by_key(|contact| (contact.name.to_lowercase(), contact.who.text()));
        Ok(own)
    }

    async fn contact(
        &self,
        account: AccountId,
        who: &Identity,
    ) -> Result<Option<Contact>, StoreError> {
        let own = self.contacts(account).await?;
        Ok(own.into_iter().find(|contact| contact.who == *who))
    }

    async fn put_contact(&self, account: AccountId, contact: &Contact) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        tables.check_account(account)?;
        let all = &mut tables.people.connections.contacts;
        let known = all
            .iter_mut()
            .find(|(of, one)| *of == account && one.who == contact.who);
        match known {
            Some((_, known)) => {
                let added = known.added;
                *known = Contact {
                    added,
                    ..contact.clone()
                };
            }
            None => all.push((account, contact.clone())),
        }
        Ok(())
    }

    async fn remove_contact(&self, account: AccountId, who: &Identity) -> Result<(), StoreError> {
        let all = &mut self.tables()?.people.connections.contacts;
        all.retain(|(of, one)| *of != account || one.who != *who);
        Ok(())
    }
}

#[async_trait]
impl RemoteAppspaceStore for Memory {
    async fn remote_appspaces(
        &self,
        account: AccountId,
    ) -> Result<Vec<RemoteAppspace>, StoreError> {
        let mut own = of(&self.tables()?.people.connections.remotes, account);
        own.sort_by_key(|one| (one.name.to_lowercase(), one.origin.clone()));
        Ok(own)
    }

    async fn add_remote(
        &self,
        account: AccountId,
        remote: &RemoteAppspace,
    ) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        tables.check_account(account)?;
        let all = &mut tables.people.connections.remotes;
        let known = all
            .iter_mut()
            .find(|(of, one)| *of == account && one.origin == remote.origin);
        match known {
            Some((_, known)) => known.dropid = remote.dropid.clone().or(known.dropid.take()),
            None => all.push((account, remote.clone())),
        }
        Ok(())
    }

    async fn rename_remote(
        &self,
        account: AccountId,
        origin: &str,
        name: &str,
    ) -> Result<(), StoreError> {
        let all = &mut self.tables()?.people.connections.remotes;
        let known = all
            .iter_mut()
            .find(|(of, one)| *of == account && one.origin == origin);
        let (_, known) = known.ok_or_else(|| missing("such appspace elsewhere"))?;
        name.clone_into(&mut known.name);
        Ok(())
    }

    async fn remove_remote(&self, account: AccountId, origin: &str) -> Result<(), StoreError> {
        let all = &mut self.tables()?.people.connections.remotes;
        all.retain(|(of, one)| *of != account || one.origin != origin);
        Ok(())
    }
}
