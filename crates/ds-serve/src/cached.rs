//! A directory over the stores that keeps what it found in memory.

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use ds_core::{
    Address, AppStore, AppVersion, Appspace, AppspaceStore, Closed, Closure, DataDir, MemberStore,
    StoreError, VersionId, error_chain,
};
use ds_lifecycle::{Anomaly, Examiner, MemberUsers};
use ds_routes::{RouteStore, RouteTable};
use ds_sandbox::CodeOf;
use moka::sync::Cache;

use crate::{Directory, DirectoryError, Site, TermsOf, directory::static_roots};

/// Addresses and versions kept in memory. One entry is a few kilobytes at most, its route table apart.
const KEPT: u64 = 20_000;
/// How long "nobody answers there" is believed, so that strangers asking for random names cost no query each.
const UNKNOWN_FOR: Duration = Duration::from_secs(5);
/// How long what is wrong with an appspace is believed: then it is looked at again.
const AILING_FOR: Duration = Duration::from_secs(10);
/// Addresses with the same last byte of their hash are forgotten together; it costs a query.
const SHARDS: usize = 256;
/// How often what changed while it was read is read again.
const TRIES: usize = 4;

/// Where a [`Cached`] directory gets what it does not remember.
pub struct Sources {
    /// Where everything is.
    pub data: DataDir,
    /// The appspaces of this host.
    pub appspaces: Arc<dyn AppspaceStore>,
    /// The installed apps.
    pub apps: Arc<dyn AppStore>,
    /// Their routes.
    pub routes: Arc<dyn RouteStore>,
    /// The members of appspaces.
    pub members: Arc<dyn MemberStore>,
    /// Looks whether an appspace can be used when it is first asked for, and shuts its gate if it cannot.
    pub examiner: Examiner,
    /// Finds an app version's code.
    pub code_of: CodeOf,
    /// What each appspace may use, and reach.
    pub terms: Arc<dyn TermsOf>,
}

impl Sources {
    pub(crate) async fn version(&self, id: VersionId) -> Result<AppVersion, DirectoryError> {
        let found = self.apps.version(id).await?;
        Ok(found.ok_or_else(|| StoreError::Missing {
            what: format!("app version {id}"),
        })?)
    }

    pub(crate) async fn table(
        &self,
        version: VersionId,
    ) -> Result<Arc<RouteTable>, DirectoryError> {
        let routes = self.routes.routes(version).await?;
        let table = RouteTable::compile(routes).map_err(|source| DirectoryError::Routes {
            version,
            source: source.into(),
        })?;
        Ok(Arc::new(table))
    }
}

/// A directory over the stores that keeps what it found in memory: an address that was asked for before costs
/// no query. App versions never change; of appspaces it must be told ([`Cached::forget`]).
pub struct Cached {
    sources: Sources,
    sites: Cache<Address, Arc<Site>>,
    unknown: Cache<Address, ()>,
    /// Those that cannot be used right now.
    ailing: Cache<Address, Arc<Site>>,
    tables: Cache<VersionId, Arc<RouteTable>>,
    /// Counts what was forgotten, by a hash of the address: what was read before that may be old and is not
    /// remembered.
    forgotten: [AtomicU64; SHARDS],
}

impl Cached {
    /// An empty memory over these sources.
    #[must_use]
    pub fn new(sources: Sources) -> Self {
        Self {
            sources,
            sites: Cache::new(KEPT),
            unknown: Cache::builder()
                .max_capacity(KEPT)
                .time_to_live(UNKNOWN_FOR)
                .build(),
            ailing: Cache::builder()
                .max_capacity(KEPT)
                .time_to_live(AILING_FOR)
                .build(),
            tables: Cache::new(1_000),
            forgotten: [const { AtomicU64::new(0) }; SHARDS],
        }
    }

    /// Forgets what is known of an address: its appspace was made, changed or removed, or other [terms](crate::Terms)
    /// hold for it. Sandboxes that were started on the old terms are for the caller to stop; requests under
    /// way that start another on them are told to come again.
    pub fn forget(&self, address: &Address) {
        self.forgotten(address).fetch_add(1, Ordering::SeqCst);
        self.drop_all(address);
    }

    fn forgotten(&self, address: &Address) -> &AtomicU64 {
        let mut hasher = DefaultHasher::new();
        address.hash(&mut hasher);
        &self.forgotten[usize::from(hasher.finish().to_le_bytes()[0])]
    }

    fn drop_all(&self, address: &Address) {
        self.unknown.invalidate(address);
        let ailing = self.ailing.remove(address);
        for site in self.sites.remove(address).into_iter().chain(ailing) {
            site.terms.end();
        }
    }

    /// Shuts every appspace that is remembered, because the disk is nearly full, or lets people in again. Those that
    /// are not remembered are [looked at](Examiner) when somebody asks for them.
    pub fn disk_is_full(&self, is_full: bool) {
        for (_, site) in &self.sites {
            if is_full {
                site.gate.close(Closure::DiskFull);
            } else {
                site.gate.lift(Closure::DiskFull);
            }
        }
    }

    /// Finds what a request needs to know, and whether the appspace can be used.
    async fn load(&self, appspace: Appspace) -> Result<(Arc<Site>, bool), DirectoryError> {
        let version = self.sources.version(appspace.version_id).await?;
        let data = &self.sources.data;
        let dir = data.appspace(appspace.id);
        let is_well = self.is_well(&appspace).await?;
        let site = Site {
            gate: self.sources.examiner.gates.of(&appspace),
            routes: self.table(version.id).await?,
            roots: static_roots(&data.app_version(version.app, version.id), &dir),
            code: (self.sources.code_of)(&version),
            users: Arc::new(MemberUsers::new(
                Arc::clone(&self.sources.members),
                appspace.id,
            )),
            terms: self.sources.terms.terms(&appspace, &version).await?,
            dir,
            appspace,
            preview: None,
        };
        Ok((Arc::new(site), is_well))
    }

    /// Whether an appspace can be used; if not, its gate is shut.
    async fn is_well(&self, appspace: &Appspace) -> Result<bool, DirectoryError> {
        // What is at rest is not opened: it is looked at when somebody asks later.
        let gate = self.sources.examiner.gates.of(appspace);
        if matches!(gate.closed(), Some(Closed::Held(_))) {
            return Ok(false);
        }
        match self.sources.examiner.examine(appspace).await {
            Ok(()) => Ok(true),
            Err(anomaly @ Anomaly::Unknown(_)) => Err(DirectoryError::Examine(anomaly)),
            Err(anomaly) => {
                let (address, why) = (&appspace.address, error_chain(&anomaly));
                tracing::warn!(%address, why, "an appspace cannot be used");
                Ok(false)
            }
        }
    }

    async fn table(&self, version: VersionId) -> Result<Arc<RouteTable>, DirectoryError> {
        if let Some(table) = self.tables.get(&version) {
            return Ok(table);
        }
        let table = self.sources.table(version).await?;
        self.tables.insert(version, Arc::clone(&table));
        Ok(table)
    }
}

#[async_trait]
impl Directory for Cached {
    async fn at(&self, address: &Address) -> Result<Option<Arc<Site>>, DirectoryError> {
        if let Some(site) = self.sites.get(address) {
            return Ok(Some(site));
        }
        if let Some(site) = self.ailing.get(address) {
            return Ok(Some(site));
        }
        if self.unknown.contains_key(address) {
            return Ok(None);
        }
        let mut tries = 1;
        loop {
            let before = self.forgotten(address).load(Ordering::SeqCst);
            let found = match self.sources.appspaces.at(address).await? {
                Some(appspace) => Some(self.load(appspace).await?),
                None => None,
            };
            match &found {
                Some((site, true)) => self.sites.insert(address.clone(), Arc::clone(site)),
                Some((site, false)) => self.ailing.insert(address.clone(), Arc::clone(site)),
                None => self.unknown.insert(address.clone(), ()),
            }
            let site = found.map(|(site, _)| site);
            // Asked after remembering: whoever forgets from now on finds it there.
            if self.forgotten(address).load(Ordering::SeqCst) == before {
                return Ok(site);
            }
            self.drop_all(address);
            if let Some(site) = &site {
                site.terms.end();
            }
            if tries == TRIES {
                return Ok(site);
            }
            tries += 1;
        }
    }
}
