//! The Deno engine: each sandbox is a process of the official `deno` executable, running our harness.

mod assign;
mod boot;
mod bucket;
mod caches;
mod client;
mod command;
mod compile;
mod compiled;
mod config;
mod control;
mod dirs;
mod examine;
mod find;
mod harness;
mod jails;
mod launcher;
mod lines;
mod log;
mod output;
mod places;
mod process;
mod program;
mod run_dir;
mod sandbox;
mod sink;
mod start;
mod starts;
mod state;
mod warm;
mod watching;

use std::{
    io,
    path::Path,
    sync::{Arc, OnceLock},
};

use async_trait::async_trait;
use ds_core::SandboxId;
use tokio::task::spawn_blocking;
use tokio_util::task::AbortOnDropHandle;

use self::{
    caches::Caches, command::Class, compile::ToCompile, jails::Jails, launcher::Launcher,
    log::Logs, run_dir::RuntimeDir, starts::Starts, warm::Warm, watching::Watches,
};
use crate::{AppCode, Engine, Limits, Quotas, Sandbox, SandboxSpec, StartError};

pub use self::{
    config::{Confinement, EngineConfig},
    examine::{Examination, Layer, LayerState},
    find::{Deno, DenoError, find_deno},
};

/// Starts sandboxes as Deno processes.
pub struct DenoEngine {
    inner: Arc<Inner>,
    _tasks: [AbortOnDropHandle<()>; 2],
}

/// What the engine and its tasks share.
struct Inner {
    deno: Deno,
    runtime: RuntimeDir,
    launcher: Launcher,
    logs: Logs,
    config: EngineConfig,
    warm: Arc<Warm>,
    watches: Watches,
    starts: Starts,
    to_compile: ToCompile,
    /// The quotas of the file system that everything is on, once looked for.
    quotas: Arc<OnceLock<Option<Quotas>>>,
}

impl DenoEngine {
    /// Makes an engine whose sandboxes have their sockets and scratch below `runtime`, which belongs to this
    /// engine alone: what a crashed host left there is ended and removed.
    ///
    /// Whether this computer can wall sandboxes in is found out when the first one starts.
    ///
    /// # Errors
    /// If `runtime` cannot be used.
    pub async fn new(deno: Deno, runtime: &Path, config: EngineConfig) -> Result<Self, DenoError> {
        let (root, found) = (runtime.to_owned(), deno.clone());
        let prepare = move || {
            let runtime = RuntimeDir::renew(&root)?;
            harness::write(&runtime.harness())?;
            let caches = Caches::find(&runtime, &found)?;
            Ok((runtime, caches, Logs::start()?))
        };
        let prepared = spawn_blocking(prepare).await;
        let (runtime, caches, logs) = prepared
            .unwrap_or_else(|error| Err(io::Error::other(error)))
            .map_err(|source| DenoError::Runtime {
                path: runtime.to_owned(),
                source,
            })?;
        let inner = Arc::new(Inner {
            launcher: launcher(&config.confinement, &deno, &runtime, caches),
            warm: Arc::new(Warm::new(Class::usual(&config.limits))),
            deno,
            runtime,
            logs,
            config,
            watches: Watches::default(),
            starts: Starts::default(),
            to_compile: ToCompile::default(),
            quotas: Arc::default(),
        });
        let keeping = tokio::spawn(warm::keep(Arc::downgrade(&inner)));
        let watching = tokio::spawn(inner.watches.clone().keep());
        Ok(Self {
            inner,
            _tasks: [keeping, watching].map(AbortOnDropHandle::new),
        })
    }

    /// Finds out what stands between sandboxes and everything else on this computer.
    pub async fn examine(&self) -> Examination {
        self.inner.examine().await
    }

    /// How many sandboxes wait, warmed up.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.inner.warm.len()
    }

    /// The executable in use.
    #[must_use]
    pub fn deno(&self) -> &Deno {
        &self.inner.deno
    }
}

fn launcher(
    confinement: &Confinement,
    deno: &Deno,
    runtime: &RuntimeDir,
    caches: Caches,
) -> Launcher {
    let Confinement::Jail {
        launcher,
        without_namespaces,
    } = confinement
    else {
        return Launcher::Plain;
    };
    let found = launcher.clone().map_or_else(config::find_launcher, Ok);
    match found {
        Ok(found) => Launcher::Jail(Box::new(Jails::new(
            found,
            deno.path.clone(),
            runtime.clone(),
            caches,
            *without_namespaces,
        ))),
        Err(why) => Launcher::Never(why),
    }
}

/// A path as text: what Deno and launchers are told.
fn text(path: &Path) -> io::Result<String> {
    let text = path.to_str().map(str::to_owned);
    text.ok_or_else(|| io::Error::other(format!("{} is not valid UTF-8", path.display())))
}

#[async_trait]
impl Engine for DenoEngine {
    async fn start(&self, spec: SandboxSpec) -> Result<Box<dyn Sandbox>, StartError> {
        Ok(Box::new(self.inner.start_sandbox(spec).await?))
    }

    async fn compile(&self, code: &AppCode, limits: &Limits) -> Result<(), StartError> {
        self.inner.compile(code, limits).await
    }

    async fn given_up(&self, id: SandboxId) {
        self.inner.starts.given_up(id).await;
    }
}
