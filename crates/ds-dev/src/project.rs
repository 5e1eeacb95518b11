//! The app being worked on: its folder, made ready anew after every change.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use anyhow::{Context as _, Result};
use ds_apps::{InstallError, Modules, Ready, ready_folder};
use ds_core::AppVersionDir;
use ds_sandbox::{Confinement, DenoEngine, Engine, EngineConfig, find_deno};
use tempfile::TempDir;

use crate::args::CodeArgs;

/// An app folder and what it takes to make it ready.
pub(crate) struct Project {
    folder: PathBuf,
    modules: Modules,
    engine: Arc<dyn Engine>,
    /// Holds one directory for every time the app was loaded, and the sandboxes' sockets.
    scratch: TempDir,
    loads: AtomicU32,
}

/// The app as it was at one moment.
pub(crate) struct Loaded {
    pub(crate) ready: Ready,
    pub(crate) dir: AppVersionDir,
}

impl Project {
    /// Looks at the folder and finds Deno; no code runs yet.
    pub(crate) async fn open(folder: PathBuf, code: CodeArgs) -> Result<Self> {
        anyhow::ensure!(
            folder.join("dropapp.json").is_file(),
            "{} has no dropapp.json: name the folder of an app",
            folder.display()
        );
        let scratch = tempfile::Builder::new().prefix("ds-dev-").tempdir();
        let scratch = scratch.context("cannot make a temporary directory")?;
        let deno = find_deno(code.deno).await?;
        // One's own code on one's own computer.
        let config = EngineConfig {
            confinement: Confinement::None,
            ..EngineConfig::default()
        };
        let engine = DenoEngine::new(deno, &scratch.path().join("run"), config).await?;
        Ok(Self {
            folder,
            modules: Modules::new(code.modules, None),
            engine: Arc::new(engine),
            scratch,
            loads: AtomicU32::new(0),
        })
    }

    pub(crate) fn folder(&self) -> &PathBuf {
        &self.folder
    }

    pub(crate) fn engine(&self) -> Arc<dyn Engine> {
        Arc::clone(&self.engine)
    }

    /// A directory for an appspace that lasts as long as this run.
    pub(crate) fn temporary_appspace(&self) -> PathBuf {
        self.scratch.path().join("appspace")
    }

    /// Makes the app ready as it is now, in a directory of its own: what runs of an earlier load goes on.
    pub(crate) async fn load(&self) -> Result<Loaded, InstallError> {
        let number = self.loads.fetch_add(1, Ordering::Relaxed);
        let dir = AppVersionDir::new(self.scratch.path().join(format!("load-{number}")));
        let ready = ready_folder(&self.folder, &dir, &self.modules, &*self.engine).await?;
        Ok(Loaded { ready, dir })
    }
}
