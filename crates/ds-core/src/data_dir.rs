//! Where everything is on disk. Every path of an installation is a method here.

use std::{
    io,
    path::{Path, PathBuf},
};

use crate::{AppId, AppspaceId, JobId, VersionId};

/// The directory that holds all of a host's state.
///
/// ```text
/// <data-dir>/
///   host.db                        accounts, apps, appspaces, routes, jobs
///   secrets.key                    what secrets in host.db are sealed with; made when the first is set
///   snapshots/                     a repository of snapshots in restic's format, unless configured elsewhere
///   snapshots.key                  what opens it; made with the first snapshot
///   snapshots.places               where there were snapshots once: no place is taken for a new one by mistake
///   control.sock                   the running host's control socket
///   apps/<app>/<version>/          app/ as uploaded · vendor/ module sources · run/ the prepared copy ·
///                                  compiled/ what the engine compiled of it; can be removed at any time
///   appspaces/<id>/data/           files/ (the app's) · avatars/ · appspace-meta.db (members, schema) ·
///                                  storage/ (what the app keeps as a browser would: localStorage, caches)
///   appspaces/<id>/log.txt         what the app printed and why its sandboxes ended
///   appspaces/<id>/compiled/       what the engine compiled of the app; can be removed at any time
///   trash/<id>/                    deleted appspaces, as they were, until their date
///   trash.json                     how long they have been there, counted and not read off the clock
///   previews/<id>/                 snapshots that are open for a look; emptied at start
///   pictures/                      pictures of this host's people and of those they know
///   staging/<job>/                 work that has not been published yet; emptied at start
///   runtime/                       sockets and scratch of running sandboxes; emptied at start
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataDir(PathBuf);

impl DataDir {
    /// Names a data directory; nothing is created.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self(root.into())
    }

    /// Creates what is missing, private to the user who runs the host.
    ///
    /// # Errors
    /// If a directory cannot be created.
    pub fn create(&self) -> io::Result<()> {
        crate::publish::create_private_dir(&self.0)?;
        for name in [
            "apps",
            "appspaces",
            "staging",
            "runtime",
            "trash",
            "previews",
        ] {
            crate::publish::create_private_dir(&self.0.join(name))?;
        }
        Ok(())
    }

    /// The directory itself.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.0
    }

    /// The host's database.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.0.join("host.db")
    }

    /// The key of the secrets in the database.
    #[must_use]
    pub fn secrets_key(&self) -> PathBuf {
        self.0.join("secrets.key")
    }

    /// The socket on which the running host takes commands.
    #[must_use]
    pub fn control_socket(&self) -> PathBuf {
        self.0.join("control.sock")
    }

    /// Where sandboxes have their sockets.
    #[must_use]
    pub fn runtime(&self) -> PathBuf {
        self.0.join("runtime")
    }

    /// Where all unpublished work is.
    #[must_use]
    pub fn staging_root(&self) -> PathBuf {
        self.0.join("staging")
    }

    /// Where a job builds what it will publish.
    #[must_use]
    pub fn staging(&self, job: JobId) -> PathBuf {
        self.staging_root().join(job.to_string())
    }

    /// The directory of one installed version.
    #[must_use]
    pub fn app_version(&self, app: AppId, version: VersionId) -> AppVersionDir {
        AppVersionDir(self.app(app).join(version.to_string()))
    }

    /// The directory of all versions of an app.
    #[must_use]
    pub fn app(&self, app: AppId) -> PathBuf {
        self.0.join("apps").join(app.to_string())
    }

    /// The directory of one appspace.
    #[must_use]
    pub fn appspace(&self, appspace: AppspaceId) -> AppspaceDir {
        AppspaceDir(self.0.join("appspaces").join(appspace.to_string()))
    }

    /// The record of how long deleted appspaces have been deleted.
    #[must_use]
    pub fn trash_ages(&self) -> PathBuf {
        self.0.join("trash.json")
    }

    /// The directory of one deleted appspace.
    #[must_use]
    pub fn trash(&self, appspace: AppspaceId) -> AppspaceDir {
        AppspaceDir(self.0.join("trash").join(appspace.to_string()))
    }

    /// Where all previews are.
    #[must_use]
    pub fn previews_root(&self) -> PathBuf {
        self.0.join("previews")
    }

    /// Where pictures of this host's people are, and of those they know.
    #[must_use]
    pub fn pictures(&self) -> PathBuf {
        self.0.join("pictures")
    }

    /// The directory of one preview, which looks like an appspace's.
    #[must_use]
    pub fn preview(&self, preview: AppspaceId) -> AppspaceDir {
        AppspaceDir(self.previews_root().join(preview.to_string()))
    }
}

/// One installed version of an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppVersionDir(PathBuf);

impl AppVersionDir {
    /// Names the directory, wherever it is (ds-dev and staging keep it elsewhere).
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self(root.into())
    }

    /// The directory itself.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.0
    }

    /// The package as uploaded; static `@app/` files are served from here.
    #[must_use]
    pub fn package(&self) -> PathBuf {
        self.0.join("app")
    }

    /// The sources of remote modules, as fetched, with `modules.json` (address, file, SHA-256).
    #[must_use]
    pub fn vendor(&self) -> PathBuf {
        self.0.join("vendor")
    }

    /// The prepared copy: all a sandbox may read of the app.
    #[must_use]
    pub fn run(&self) -> PathBuf {
        self.0.join("run")
    }

    /// What the engine compiled of it. Can be removed at any time.
    #[must_use]
    pub fn compiled(&self) -> PathBuf {
        self.0.join("compiled")
    }

    /// The package's files inside the prepared copy: what app code sees as its own directory.
    #[must_use]
    pub fn run_app(&self) -> PathBuf {
        self.run().join("app")
    }
}

/// One appspace on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppspaceDir(PathBuf);

impl AppspaceDir {
    /// Names the directory, wherever it is.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self(root.into())
    }

    /// Creates `data/`, `data/files/` and `data/avatars/`.
    ///
    /// # Errors
    /// If a directory cannot be created.
    pub fn create(&self) -> io::Result<()> {
        for dir in [
            self.root().to_owned(),
            self.data(),
            self.files(),
            self.avatars(),
        ] {
            crate::publish::create_private_dir(&dir)?;
        }
        Ok(())
    }

    /// The directory itself.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.0
    }

    /// What is snapshotted, exported and moved.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.0.join("data")
    }

    /// The app's own files: its working directory, and `@appspace/` of static routes.
    #[must_use]
    pub fn files(&self) -> PathBuf {
        self.data().join("files")
    }

    /// Members' pictures: `@avatars/` of static routes.
    #[must_use]
    pub fn avatars(&self) -> PathBuf {
        self.data().join("avatars")
    }

    /// Members and schema.
    #[must_use]
    pub fn meta_database(&self) -> PathBuf {
        self.data().join("appspace-meta.db")
    }

    /// What the app keeps by the means of a browser: localStorage, caches, key-value stores.
    #[must_use]
    pub fn storage(&self) -> PathBuf {
        self.data().join("storage")
    }

    /// What the engine compiled of the app when it last ran here. Can be removed at any time.
    #[must_use]
    pub fn compiled(&self) -> PathBuf {
        self.0.join("compiled")
    }

    /// What the app printed and why its sandboxes ended.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.0.join("log.txt")
    }
}
