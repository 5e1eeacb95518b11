//! Where things are, as the sandbox sees them.

use std::io;

use super::{
    dirs::Dirs,
    run_dir::{RunDir, RuntimeDir},
    text,
};

/// What an app is told of directories that it does not have.
const NO_DIR: &str = "/dev/null";

/// The paths that a sandbox is started and assigned with.
#[derive(Clone, Debug)]
pub(super) struct Places {
    pub(super) harness: String,
    /// The prepared copy.
    pub(super) code: String,
    pub(super) files: String,
    pub(super) avatars: String,
    /// What was compiled before; only processes that wait can use it.
    pub(super) compiled: Option<String>,
    /// What Deno keeps.
    pub(super) deno_dir: String,
    pub(super) control: String,
    pub(super) requests: String,
    /// Temporary files, if they are its own.
    pub(super) tmp: Option<String>,
    pub(super) cwd: String,
}

/// Inside a jail, where every sandbox looks the same.
pub(super) mod jail {
    pub(in crate::deno) const DENO: &str = "/deno";
    pub(in crate::deno) const HARNESS: &str = "/ro/h";
    pub(in crate::deno) const CODE: &str = "/ro/app";
    /// An app's script, below [`CODE`].
    pub(in crate::deno) const SCRIPT: &str = "/ro/app/bundle/script.js";
    /// What is there until an app's files are: where the map of its script will be.
    pub(in crate::deno) const NO_SCRIPT: &str = "//# sourceMappingURL=app.js.map\n";
    pub(in crate::deno) const AVATARS: &str = "/ro/avatars";
    pub(in crate::deno) const COMPILED: &str = "/ro/compiled";
    pub(in crate::deno) const FILES: &str = "/rw/files";
    pub(in crate::deno) const DENO_DIR: &str = "/rw/dd";
    /// Where Deno keeps localStorage, caches and key-value stores.
    pub(in crate::deno) const STORAGE: &str = "/rw/dd/location_data";
    pub(in crate::deno) const SOCKETS: &str = "/run/s";
    pub(in crate::deno) const TMP: &str = "/tmp";
    /// The authority that an outlet's sandbox trusts.
    pub(in crate::deno) const TRUSTED: &str = "/etc/outlet.pem";
}

impl Places {
    pub(super) fn jailed() -> Self {
        let below_sockets = |name: &str| format!("{}/{name}", jail::SOCKETS);
        Self {
            harness: jail::HARNESS.into(),
            code: jail::CODE.into(),
            files: jail::FILES.into(),
            avatars: jail::AVATARS.into(),
            compiled: Some(jail::COMPILED.into()),
            deno_dir: jail::DENO_DIR.into(),
            control: below_sockets(RunDir::CONTROL),
            requests: below_sockets(RunDir::REQUESTS),
            tmp: Some(jail::TMP.into()),
            cwd: jail::FILES.into(),
        }
    }

    /// What an app is told of files and avatars if there is no appspace.
    pub(super) fn nowhere() -> (String, String) {
        (format!("{NO_DIR}/files"), format!("{NO_DIR}/avatars"))
    }

    /// Without a root of its own: where they really are.
    pub(super) fn outside(dirs: &Dirs, runtime: &RuntimeDir, run: &RunDir) -> io::Result<Self> {
        let files = dirs.appspace.as_ref().map(|appspace| &*appspace.files);
        let avatars = dirs.appspace.as_ref().map(|appspace| &*appspace.avatars);
        let (no_files, no_avatars) = Self::nowhere();
        Ok(Self {
            harness: text(&runtime.harness())?,
            code: text(&dirs.code)?,
            files: files.map_or(Ok(no_files), text)?,
            avatars: avatars.map_or(Ok(no_avatars), text)?,
            compiled: None,
            deno_dir: text(&dirs.deno_dir)?,
            control: text(&run.control())?,
            requests: text(&run.requests())?,
            tmp: None,
            cwd: files.map_or_else(|| text(&run.scratch()), text)?,
        })
    }
}
