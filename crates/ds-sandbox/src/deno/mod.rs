//! The Deno engine: each sandbox is a process of the official `deno` executable, running our harness.

mod client;
mod command;
mod control;
mod find;
mod harness;
mod launcher;
mod lines;
mod log;
mod output;
mod process;
mod run_dir;
mod sandbox;
mod start;
mod state;

use std::path::Path;

use async_trait::async_trait;
use tokio::task::spawn_blocking;

use self::{launcher::Launcher, log::Logs, run_dir::RuntimeDir};
use crate::{Engine, Sandbox, SandboxSpec, StartError};

pub use self::find::{Deno, DenoError, find_deno};

/// Starts sandboxes as Deno processes.
pub struct DenoEngine {
    deno: Deno,
    runtime: RuntimeDir,
    launcher: Launcher,
    logs: Logs,
}

impl DenoEngine {
    /// Makes an engine whose sandboxes have their sockets and scratch below `runtime`, which belongs to this
    /// engine alone: what a crashed host left there is ended and removed.
    ///
    /// # Errors
    /// If `runtime` cannot be used.
    pub async fn new(deno: Deno, runtime: &Path) -> Result<Self, DenoError> {
        let root = runtime.to_owned();
        let prepare = move || {
            let runtime = RuntimeDir::renew(&root)?;
            harness::write(&runtime.harness())?;
            Ok((runtime, Logs::start()?))
        };
        let prepared = spawn_blocking(prepare).await;
        let (runtime, logs) = prepared
            .unwrap_or_else(|error| Err(std::io::Error::other(error)))
            .map_err(|source| DenoError::Runtime {
                path: runtime.to_owned(),
                source,
            })?;
        Ok(Self {
            deno,
            runtime,
            launcher: Launcher::Plain,
            logs,
        })
    }

    /// The executable in use.
    #[must_use]
    pub fn deno(&self) -> &Deno {
        &self.deno
    }
}

#[async_trait]
impl Engine for DenoEngine {
    async fn start(&self, spec: SandboxSpec) -> Result<Box<dyn Sandbox>, StartError> {
        Ok(Box::new(self.start_sandbox(spec).await?))
    }
}
