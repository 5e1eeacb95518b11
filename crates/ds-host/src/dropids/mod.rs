//! This host as the host of its people's DropIDs: what is kept of them, and what vouches for them elsewhere
//! (`docs/decisions/0012-logging-in-from-another-host.md`).

mod domains;
mod look_up;
mod round;
#[cfg(test)]
pub(crate) mod tests;

use std::{net::IpAddr, sync::Arc, time::Duration};

use ds_auth::{
    Rates,
    dropid::{
        ConnectedSiteStore, ContactStore, DropIdStore, Local, Metadata, RemoteAppspaceStore,
        client::Web,
        server::{ClientDocuments, CodeStore, Codes},
        signing::{KeyRing, SigningKeyStore},
    },
    people::RoleStore,
    pictures::Avatars,
};
use ds_core::{AccountId, Address, Clock, DataDir, MemberLogins};
use url::Url;

use crate::ops::Names;

pub use domains::{Domains, NoDropId, RESERVED};
pub use look_up::{LookError, Looked};
pub(crate) use round::run as round;

/// Where pictures of people answer, below the account site.
pub const PICTURES_PATH: &str = "/dropids/pictures/";
/// How often a network may be asked for consent or redeem codes: a host redeems for all its appspaces.
const CONSENTS: u32 = 60;
const REDEMPTIONS: u32 = 300;
/// How often somebody may let this host look at others' pages.
const LOOKS: u32 = 30;
const MINUTE: Duration = Duration::from_mins(1);

/// Everything that DropIDs stand on. Other people's pages are asked by `web` alone.
pub struct DropIds {
    /// Where they are, and who may have which.
    pub domains: Domains,
    /// What this host says of itself as a server of them.
    pub metadata: Metadata,
    /// What to think of names of this computer.
    pub local: Local,
    /// The codes that are given out.
    pub codes: Codes,
    /// What signs.
    pub keys: KeyRing,
    /// What clients say of themselves.
    pub documents: ClientDocuments,
    /// How often networks may ask for consent.
    pub consents: Rates<IpAddr>,
    /// How often networks may redeem codes.
    pub redemptions: Rates<IpAddr>,
    /// Other people's pages.
    pub(crate) web: Arc<dyn Web>,
    pub(crate) looks: Rates<AccountId>,
    pub(crate) ids: Arc<dyn DropIdStore>,
    pub(crate) sites: Arc<dyn ConnectedSiteStore>,
    pub(crate) contacts: Arc<dyn ContactStore>,
    pub(crate) remotes: Arc<dyn RemoteAppspaceStore>,
    pub(crate) roles: Arc<dyn RoleStore>,
    pub(crate) logins: Arc<dyn MemberLogins>,
    pub(crate) pictures: Avatars,
    pub(crate) clock: Arc<dyn Clock>,
    given_out: Arc<dyn CodeStore>,
}

/// What DropIDs stand on beside the host's records.
pub struct Parts {
    /// Where things answer.
    pub names: Names,
    /// The domains of DropIDs beside the account site's.
    pub domains: Vec<Address>,
    /// What asks others.
    pub web: Arc<dyn Web>,
    /// The ways in which members of appspaces log in.
    pub logins: Arc<dyn MemberLogins>,
    /// Where pictures are.
    pub data: DataDir,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

impl DropIds {
    /// Over the host's records.
    ///
    /// # Errors
    /// If the account site's origin is no address.
    pub fn new<S>(store: &Arc<S>, parts: Parts) -> Result<Self, url::ParseError>
    where
        S: CodeStore
            + ConnectedSiteStore
            + ContactStore
            + DropIdStore
            + RemoteAppspaceStore
            + RoleStore
            + SigningKeyStore
            + 'static,
    {
        let clock = parts.clock;
        let site = Url::parse(&parts.names.site_origin())?;
        let rates = |most| Rates::new(Arc::clone(&clock), most, MINUTE);
        Ok(Self {
            metadata: Metadata::of_site(&site)?,
            local: parts.names.local(),
            domains: Domains::new(&parts.names, parts.domains),
            codes: Codes::new(store.clone(), Arc::clone(&clock)),
            keys: KeyRing::new(store.clone(), Arc::clone(&clock)),
            documents: ClientDocuments::new(Arc::clone(&parts.web)),
            consents: rates(CONSENTS),
            redemptions: rates(REDEMPTIONS),
            looks: Rates::new(Arc::clone(&clock), LOOKS, MINUTE),
            web: parts.web,
            ids: store.clone(),
            sites: store.clone(),
            contacts: store.clone(),
            remotes: store.clone(),
            roles: store.clone(),
            logins: parts.logins,
            pictures: Avatars::at(parts.data.pictures()),
            given_out: store.clone(),
            clock,
        })
    }

    /// Where a picture is, for others.
    #[must_use]
    pub fn picture_url(&self, name: &str) -> String {
        let site = self.metadata.issuer.trim_end_matches('/');
        format!("{site}{PICTURES_PATH}{name}")
    }
}
