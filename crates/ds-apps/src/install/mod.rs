//! Installing an app version: all of it, or nothing.
//!
//! Everything is built in a staging directory, which is emptied when the host starts; what is published and
//! recorded after that is covered by a job, so that [`Installer::recover`] can undo it.

mod claim;
mod options;
mod ready;
mod record;
mod recover;
mod steps;
mod work;

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
};

use ds_core::{AccountId, App, AppStore, AppVersion, Clock, DataDir, JobId, JobLog, publish};
use ds_routes::RouteStore;
use ds_sandbox::{Engine, Limits};

pub use options::{InstallOptions, Step};
pub use ready::{Ready, code_of, ready_folder};

use crate::{Bounds, InstallError, Modules, Source, Warning};
use work::{blocking, in_files, joined};

/// What an [`Installer`] works with.
pub struct InstallerParts {
    /// Where everything is on disk.
    pub data: DataDir,
    /// Where apps are remembered.
    pub apps: Arc<dyn AppStore>,
    /// Where routes are remembered. They are recorded before their version is.
    pub routes: Arc<dyn RouteStore>,
    /// Where work is recorded before it is done.
    pub jobs: Arc<dyn JobLog>,
    /// What runs app code.
    pub engine: Arc<dyn Engine>,
    /// Where modules that are not in a package come from.
    pub modules: Modules,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// How big a package may be.
    pub bounds: Bounds,
    /// Bounds of the first run.
    pub limits: Limits,
}

/// Installs app versions. Cloning is cheap.
#[derive(Clone)]
pub struct Installer {
    parts: Arc<InstallerParts>,
    /// The apps that are being installed, by owner and name.
    busy: Arc<Mutex<HashSet<(AccountId, String)>>>,
}

/// What was installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    /// The app; new, unless the owner had an app of this name.
    pub app: App,
    /// The version.
    pub version: AppVersion,
    /// What should be better.
    pub warnings: Vec<Warning>,
}

impl Installer {
    /// Makes an installer.
    #[must_use]
    pub fn new(parts: InstallerParts) -> Self {
        Self {
            parts: Arc::new(parts),
            busy: Arc::default(),
        }
    }

    /// Installs a package as a version of the owner's app of the same name, or as a new app. Goes on to its
    /// end even if the caller does not wait for it.
    ///
    /// # Errors
    /// With nothing installed and nothing left behind.
    pub async fn install(
        &self,
        owner: AccountId,
        source: Source,
        options: InstallOptions,
    ) -> Result<Installed, InstallError> {
        let this = self.clone();
        joined(async move {
            let job = JobId::new();
            let staging = this.parts.data.staging(job);
            let built = this.clone().build(job, owner, source, options);
            let result = joined(built).await;
            // Published, it is gone already.
            let emptied = blocking(move || {
                publish::remove_dir(&staging).map_err(in_files("empty the staging directory"))
            });
            if let Err(error) = emptied.await {
                tracing::warn!(%job, error = ds_core::error_chain(&error), "an install left files behind");
            }
            result
        })
        .await
    }
}
