//! What almost every part of a host needs, and the parts that need nothing else.

use std::sync::Arc;

use ds_apps::{Installer, InstallerParts, Modules};
use ds_core::{Closes, DataDir, Gates, SystemClock};
use ds_lifecycle::Lifecycle;
use ds_sandbox::{CodeOf, DenoEngine, Engine, Limits, PoolConfig, Sandboxes};
use ds_store::{AppspaceDbs, Store};

use super::{ComposeError, GRACE};
use crate::config::Config;

/// What almost everything needs.
pub(super) struct Base {
    pub(super) data: DataDir,
    pub(super) store: Arc<Store>,
    pub(super) members: Arc<AppspaceDbs>,
    pub(super) engine: Arc<dyn Engine>,
    pub(super) sandboxes: Arc<Sandboxes>,
    pub(super) limits: Limits,
    pub(super) code_of: CodeOf,
    pub(super) gates: Gates,
    pub(super) clock: Arc<SystemClock>,
}

impl Base {
    /// Finds Deno and opens the database.
    pub(super) async fn open(config: &Config, data: &DataDir) -> Result<Self, ComposeError> {
        let deno = ds_sandbox::find_deno(config.deno.clone()).await?;
        let engine: Arc<dyn Engine> = Arc::new(DenoEngine::new(deno, &data.runtime()).await?);
        let store = Arc::new(Store::open(&data.database()).await?);
        let pool = PoolConfig {
            idle: config.sandbox.idle,
            ..PoolConfig::default()
        };
        let versions = data.clone();
        Ok(Self {
            members: Arc::new(AppspaceDbs::of_host(data.clone(), &store)),
            sandboxes: Sandboxes::new(Arc::clone(&engine), pool),
            limits: Limits {
                start: config.sandbox.start,
                response: config.sandbox.response,
                heap_mib: config.sandbox.heap_mib,
                ..Limits::default()
            },
            code_of: Arc::new(move |version| {
                let dir = versions.app_version(version.app, version.id);
                ds_apps::code_of(version, &dir)
            }),
            data: data.clone(),
            gates: Gates::default(),
            clock: Arc::new(SystemClock),
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
            schemas: self.members.clone(),
            code_of: Arc::clone(&self.code_of),
            gates: self.gates.clone(),
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
    pub(super) fn lifecycle(&self) -> Lifecycle {
        Lifecycle::new(ds_lifecycle::Parts {
            data: self.data.clone(),
            appspaces: self.store.clone(),
            members: self.members.clone(),
            schemas: self.members.clone(),
            jobs: self.store.clone(),
            engine: Arc::clone(&self.engine),
            code_of: Arc::clone(&self.code_of),
            limits: self.limits.clone(),
            gates: self.gates.clone(),
            closes: vec![
                Arc::clone(&self.sandboxes) as Arc<dyn Closes>,
                self.members.clone(),
            ],
            grace: GRACE,
            clock: self.clock.clone(),
        })
    }
}
