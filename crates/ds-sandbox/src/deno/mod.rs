//! The Deno engine: each sandbox is a process of the official `deno` executable, running our harness.

mod boot;
mod client;
mod command;
mod config;
mod control;
mod dirs;
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
mod start;
mod state;
mod warm;
mod watching;

use std::{io, path::Path, sync::Arc};

use async_trait::async_trait;
use tokio::task::spawn_blocking;
use tokio_util::task::AbortOnDropHandle;

use self::{
    command::Class, jails::Jails, launcher::Launcher, log::Logs, run_dir::RuntimeDir, warm::Warm,
    watching::Watches,
};
use crate::{Engine, Sandbox, SandboxSpec, StartError};

pub use self::{
    config::{Confinement, EngineConfig},
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
        let root = runtime.to_owned();
        let prepare = move || {
            let runtime = RuntimeDir::renew(&root)?;
            harness::write(&runtime.harness())?;
            Ok((runtime, Logs::start()?))
        };
        let prepared = spawn_blocking(prepare).await;
        let (runtime, logs) = prepared
            .unwrap_or_else(|error| Err(io::Error::other(error)))
            .map_err(|source| DenoError::Runtime {
                path: runtime.to_owned(),
                source,
            })?;
        let inner = Arc::new(Inner {
            launcher: launcher(&config.confinement, &deno, &runtime),
            warm: Arc::new(Warm::new(Class::usual(&config.limits))),
            deno,
            runtime,
            logs,
            config,
            watches: Watches::default(),
        });
        let keeping = tokio::spawn(warm::keep(Arc::downgrade(&inner)));
        let watching = tokio::spawn(inner.watches.clone().keep());
        Ok(Self {
            inner,
            _tasks: [keeping, watching].map(AbortOnDropHandle::new),
        })
    }

    /// The executable in use.
    #[must_use]
    pub fn deno(&self) -> &Deno {
        &self.inner.deno
    }
}

fn launcher(confinement: &Confinement, deno: &Deno, runtime: &RuntimeDir) -> Launcher {
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
}
