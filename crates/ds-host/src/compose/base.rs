//! What almost every part of a host needs, and the parts that need nothing else.

use std::{sync::Arc, time::Duration};

use ds_apps::{Installer, InstallerParts, Modules};
use ds_core::{Address, Closes, DataDir, Gates, SystemClock, usage::Recorder};
use ds_egress::Egress;
use ds_lifecycle::{Examiner, Inside, Keeper, Lifecycle, Snapshotter};
use ds_sandbox::{CodeOf, DenoEngine, Engine, EngineConfig, Limits, Sandboxes};
use ds_serve::Cached;
use ds_store::{AppspaceDbs, Store};

use super::{
    ComposeError, GRACE,
    auth::Remembered,
    recorded::Recorded,
    terms::{self, HostTerms},
};
use crate::{
    alerts::Alerts,
    config::{Config, Snapshots},
    mail::Post,
    ops::{self, Names, Records},
};

/// What almost everything needs.
pub(super) struct Base {
    pub(super) data: DataDir,
    pub(super) store: Arc<Store>,
    pub(super) members: Arc<AppspaceDbs>,
    pub(super) engine: Arc<dyn Engine>,
    pub(super) sandboxes: Arc<Sandboxes>,
    /// Bounds where no others are set.
    pub(super) limits: Limits,
    /// How many bytes of the disk must stay free.
    pub(super) least_free: u64,
    /// How long deleted appspaces are kept.
    pub(super) trash_kept: Duration,
    pub(super) recorder: Arc<Recorder>,
    /// Sends mail; `None` if the host sends none.
    pub(super) post: Option<Post>,
    /// Tells owners when snapshots fail.
    pub(super) alerts: Arc<Alerts>,
    /// What is recorded of snapshots.
    pub(super) records: Records,
    /// How snapshots are taken.
    pub(super) snapshots: Snapshots,
    /// Keeps them; `None` if there are none.
    pub(super) keeper: Option<Keeper>,
    pub(super) egress: Option<Egress>,
    pub(super) code_of: CodeOf,
    pub(super) gates: Gates,
    pub(super) clock: Arc<SystemClock>,
    /// What is remembered of members, to be forgotten when their data changes places.
    pub(super) remembered: Arc<Remembered>,
}

impl Base {
    /// Finds Deno and opens the database.
    pub(super) async fn open(
        config: &Config,
        data: &DataDir,
        names: &Names,
    ) -> Result<Self, ComposeError> {
        let deno = ds_sandbox::find_deno(config.deno.clone()).await?;
        let store = Arc::new(Store::open(&data.database()).await?);
        let clock = Arc::new(SystemClock);
        let recorder = Arc::new(Recorder::new(store.clone(), clock.clone()));
        let records = super::snapshots::records(&config.snapshots, &store);
        let post = super::mail::post(config, names, &store).await?;
        let alerts = Arc::new(super::mail::alerts(&store, &records, names, post.as_ref()));
        let books = Recorded {
            records: records.clone(),
            store: store.clone(),
            alerts: Arc::clone(&alerts),
            clock: clock.clone(),
        };
        let engine_config = EngineConfig {
            meter: recorder.clone(),
            ..terms::engine_config(&config.sandbox)
        };
        let engine = DenoEngine::new(deno, &data.runtime(), engine_config).await?;
        let engine: Arc<dyn Engine> = Arc::new(engine);
        let versions = data.clone();
        Ok(Self {
            members: Arc::new(AppspaceDbs::of_host(data.clone(), &store)),
            sandboxes: Sandboxes::new(Arc::clone(&engine), terms::pool(&config.sandbox)),
            limits: terms::limits(&config.sandbox),
            least_free: u64::from(config.sandbox.free_space_mib) << 20,
            trash_kept: config.trash_kept,
            recorder,
            keeper: super::snapshots::keeper(&config.snapshots, data, Arc::new(books)),
            alerts,
            records,
            post,
            snapshots: config.snapshots.clone(),
            egress: terms::egress(config).await?,
            code_of: Arc::new(move |version| {
                let dir = versions.app_version(version.app, version.id);
                ds_apps::code_of(version, &dir)
            }),
            data: data.clone(),
            gates: Gates::default(),
            clock,
            remembered: Arc::default(),
            engine,
            store,
        })
    }

    /// Where requests get what they need to know.
    pub(super) fn sources(&self) -> ds_serve::Sources {
        ds_serve::Sources {
            data: self.data.clone(),
            appspaces: self.store.clone(),
            apps: self.store.clone(),
            routes: self.store.clone(),
            members: self.members.clone(),
            examiner: Examiner {
                data: self.data.clone(),
                apps: self.store.clone(),
                inside: Inside::new(self.members.clone()),
                gates: self.gates.clone(),
                least_free: self.least_free,
            },
            code_of: Arc::clone(&self.code_of),
            terms: Arc::new(HostTerms {
                limits: self.limits.clone(),
                store: Arc::clone(&self.store),
                egress: self.egress.clone(),
                recorder: Arc::clone(&self.recorder),
            }),
        }
    }

    /// What the operations about usage, bounds and other hosts stand on.
    pub(super) fn terms(&self) -> ops::Terms {
        ops::Terms {
            limits: self.store.clone(),
            egress: self.store.clone(),
            usage: self.store.clone(),
            recorder: Arc::clone(&self.recorder),
            host: self.limits.clone(),
            egress_enabled: self.egress.is_some(),
            clock: self.clock.clone(),
        }
    }

    /// What installs packages.
    pub(super) fn installer(&self, modules: Modules) -> Installer {
        Installer::new(InstallerParts {
            data: self.data.clone(),
            apps: self.store.clone(),
            routes: self.store.clone(),
            jobs: self.store.clone(),
            engine: Arc::clone(&self.engine),
            modules,
            clock: self.clock.clone(),
            bounds: ds_apps::Bounds::default(),
            limits: self.limits.clone(),
        })
    }

    /// What makes appspaces and brings them to rest.
    pub(super) fn lifecycle(&self, directory: &Arc<Cached>) -> Lifecycle {
        let directory = Arc::clone(directory);
        Lifecycle::new(ds_lifecycle::Parts {
            data: self.data.clone(),
            appspaces: self.store.clone(),
            trash: self.store.clone(),
            apps: self.store.clone(),
            routes: self.store.clone(),
            inside: Inside::new(self.members.clone()),
            inside_of: Arc::new(|dir| Inside::new(Arc::new(AppspaceDbs::fixed(dir)))),
            barred: Arc::new(ops::KeptOut::new(&self.store)),
            jobs: self.store.clone(),
            snapshots: self
                .keeper
                .clone()
                .map(|keeper| Arc::new(keeper) as Arc<dyn Snapshotter>),
            engine: Arc::clone(&self.engine),
            code_of: Arc::clone(&self.code_of),
            limits: self.limits.clone(),
            limits_of: self.store.clone(),
            gates: self.gates.clone(),
            closes: vec![
                Arc::clone(&self.sandboxes) as Arc<dyn Closes>,
                self.members.clone(),
                self.remembered.clone(),
            ],
            forget: Arc::new(move |address: &Address| directory.forget(address)),
            grace: GRACE,
            least_free: self.least_free,
            trash_kept: self.trash_kept,
            clock: self.clock.clone(),
        })
    }
}
