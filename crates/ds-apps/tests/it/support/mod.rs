//! What the tests stand on: a host with stores in memory and an engine that does as it is told.

mod engine;
pub(crate) mod pack;
mod stores;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use ds_apps::{
    Bounds, InstallError, InstallOptions, Installed, Installer, InstallerParts, Modules, Source,
};
use ds_core::{AccountId, DataDir, ManualClock, Timestamp};
use ds_sandbox::Limits;

pub(crate) use engine::{FakeEngine, Script, learned, routes_json};
pub(crate) use stores::FakeStores;

/// A host for one test.
pub(crate) struct World {
    pub(crate) root: tempfile::TempDir,
    pub(crate) data: DataDir,
    pub(crate) stores: Arc<FakeStores>,
    pub(crate) engine: Arc<FakeEngine>,
    pub(crate) installer: Installer,
    pub(crate) owner: AccountId,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::bounded(Bounds::default())
    }

    pub(crate) fn bounded(bounds: Bounds) -> Self {
        let root = tempfile::tempdir().unwrap();
        let data = DataDir::new(root.path().join("data"));
        data.create().unwrap();
        let stores = Arc::new(FakeStores::default());
        let engine = Arc::new(FakeEngine::default());
        let installer = Installer::new(InstallerParts {
            data: data.clone(),
            apps: stores.clone(),
            routes: stores.clone(),
            jobs: stores.clone(),
            engine: engine.clone(),
            modules: Modules::new(Vec::new(), None),
            clock: Arc::new(ManualClock::new(Timestamp(1000))),
            bounds,
            limits: Limits::default(),
        });
        Self {
            root,
            data,
            stores,
            engine,
            installer,
            owner: AccountId::new(),
        }
    }

    /// Writes an archive outside the data directory.
    pub(crate) fn archive(&self, bytes: &[u8]) -> Source {
        let path = self.root.path().join("package");
        fs::write(&path, bytes).unwrap();
        Source::Archive(path)
    }

    pub(crate) async fn install(&self, bytes: &[u8]) -> Result<Installed, InstallError> {
        let options = InstallOptions::default();
        self.installer
            .install(self.owner, self.archive(bytes), options)
            .await
    }

    /// All there is: every path on disk and everything the stores remember, except ended jobs.
    pub(crate) fn state(&self) -> (BTreeSet<PathBuf>, String) {
        (paths(self.data.root()), self.stores.state())
    }
}

/// Every path below a directory, relative to it.
pub(crate) fn paths(root: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let mut todo = vec![root.to_owned()];
    while let Some(dir) = todo.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let entry = entry.unwrap();
            if entry.file_type().unwrap().is_dir() {
                todo.push(entry.path());
            }
            found.insert(entry.path().strip_prefix(root).unwrap().to_owned());
        }
    }
    found
}
