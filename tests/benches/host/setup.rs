//! What all measurements share: programs, and a directory that goes when they are done.

use std::{
    env,
    path::{Path, PathBuf},
    sync::OnceLock,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use tempfile::TempDir;
use tokio::{
    runtime::Runtime,
    signal::unix::{SignalKind, signal},
};

use crate::{many::Many, running};

/// What all measurements share.
pub(crate) struct Setup {
    /// Fewer and shorter rounds.
    pub(crate) quick: bool,
    /// For what is asynchronous.
    pub(crate) runtime: Runtime,
    dir: TempDir,
    many: OnceLock<Many>,
}

impl Setup {
    /// Makes the directory.
    pub(crate) fn new(quick: bool) -> Result<Self> {
        let dir = tempfile::tempdir().context("cannot make a directory for the measurements")?;
        let runtime = Runtime::new().context("cannot start a runtime")?;
        runtime.spawn(end_early(dir.path().to_owned()));
        Ok(Self {
            quick,
            runtime,
            dir,
            many: OnceLock::new(),
        })
    }

    /// A new directory.
    pub(crate) fn dir(&self, name: &str) -> Result<PathBuf> {
        let path = self.dir.path().join(name);
        std::fs::create_dir_all(&path)
            .with_context(|| format!("cannot make {}", path.display()))?;
        Ok(path)
    }

    /// A data directory with many appspaces, made when it is first asked for.
    pub(crate) fn many(&self) -> Result<&Many> {
        if let Some(many) = self.many.get() {
            return Ok(many);
        }
        let made = Many::make(self, "many", Many::COUNT)?;
        Ok(self.many.get_or_init(|| made))
    }

    /// One number for a whole run, another for a quick one.
    pub(crate) fn choose<T>(&self, whole: T, quick: T) -> T {
        if self.quick { quick } else { whole }
    }
}

/// Tidies up when somebody does not want to wait for the end.
async fn end_early(dir: PathBuf) {
    let (Ok(mut interrupt), Ok(mut terminate)) = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
    ) else {
        return;
    };
    tokio::select! { _ = interrupt.recv() => {} _ = terminate.recv() => {} }
    running::end_all();
    // Again if need be: the measurement still writes. What cannot be removed is where such things are kept.
    let until = Instant::now() + Duration::from_secs(5);
    while std::fs::remove_dir_all(&dir).is_err() && dir.exists() && Instant::now() < until {}
    std::process::exit(130);
}

/// The release build of ds-host.
pub(crate) fn ds_host() -> Result<PathBuf> {
    named("DS_HOST_PROGRAM")
}

/// Deno.
pub(crate) fn deno() -> Result<PathBuf> {
    named("DS_DENO")
}

fn named(variable: &str) -> Result<PathBuf> {
    let path = env::var_os(variable).map(PathBuf::from);
    let path = path.with_context(|| format!("{variable} is not set; use `cargo xtask bench`"))?;
    std::path::absolute(&path).with_context(|| format!("{variable} names no file"))
}

/// A program on the `PATH`, or where systems keep those of administrators.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let dirs = env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/local/sbin".into()]);
    dirs.map(|dir| dir.join(name))
        .find(|file: &PathBuf| file.is_file())
}

/// Writes a file and the directories above it.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let failed = || format!("cannot write {}", path.display());
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).with_context(failed)?;
    }
    std::fs::write(path, bytes).with_context(failed)
}

/// Copies a directory with all that is in it.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let (here, there) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy(&here, &there)?;
        } else {
            std::fs::copy(&here, &there)
                .with_context(|| format!("cannot copy {}", here.display()))?;
        }
    }
    Ok(())
}
