//! What Deno keeps for itself, made once and shared by all jails, which can only read it.
//!
//! Deno keeps compiled code and what it found out about modules in databases; with them it starts in two thirds of
//! the time. They are made by running the harness once, alone, where it may write, and killing it: databases
//! that were not tidied up can be read where nothing can be written.

use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use ds_core::publish::{create_private_dir, remove_dir};
use tokio::{sync::OnceCell, task::spawn_blocking, time::sleep};

use super::{
    Inner, boot::Booted, find::Deno, harness, jails::Jails, output::Sink, run_dir::RuntimeDir,
};
use crate::StartError;

/// The database with compiled code, and what was written to it last.
pub(super) const COMPILED: &str = "v8_code_cache_v2-wal";
/// How often the harness is run for it. A database that was opened but once, by who made it, is of no use where
/// nothing can be written: starts were as slow as with none.
pub(super) const RUNS: u32 = 2;
/// Deno writes behind its own back: when it has not for so long, it is done.
const QUIET: Duration = Duration::from_millis(100);
/// How often is looked, at most.
const LOOKS: u32 = 50;

/// Where what Deno keeps is.
pub(super) struct Caches {
    /// Nothing yet.
    empty: PathBuf,
    /// Where it will be, for this Deno and this harness.
    warm: PathBuf,
    is_warm: OnceCell<()>,
}

impl Caches {
    /// Finds what an earlier engine made. Blocks.
    pub(super) fn find(runtime: &RuntimeDir, deno: &Deno) -> io::Result<Self> {
        let empty = runtime.path().join("deno-empty");
        create_private_dir(&empty.join("location_data"))?;
        let mut hasher = DefaultHasher::new();
        (&deno.version.to_string(), &deno.path, harness::bundle()).hash(&mut hasher);
        let warm = runtime
            .path()
            .join(format!("deno-{:016x}", hasher.finish()));
        remove_others(runtime.path(), &[&empty, &warm])?;
        let is_warm = warm.is_dir().then_some(());
        Ok(Self {
            empty,
            warm,
            is_warm: OnceCell::new_with(is_warm),
        })
    }

    /// The directory that jails see.
    pub(super) fn dir(&self) -> &Path {
        match self.is_warm.get() {
            Some(()) => &self.warm,
            None => &self.empty,
        }
    }

    /// The same, once it is made.
    pub(super) fn warm_dir(&self) -> Option<&Path> {
        self.is_warm.get().map(|()| &*self.warm)
    }

    fn unfinished(&self) -> PathBuf {
        self.warm.with_extension("new")
    }
}

fn remove_others(runtime: &Path, kept: &[&Path]) -> io::Result<()> {
    for entry in std::fs::read_dir(runtime)? {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if name.starts_with("deno-") && !kept.contains(&&*path) {
            remove_dir(&path)?;
        }
    }
    Ok(())
}

impl Inner {
    /// Makes it, if that was not done.
    pub(super) async fn warm_caches(&self, jails: &Jails) -> io::Result<()> {
        if jails.ready().await?.has_own_root() {
            let making = || self.make_caches(&jails.caches);
            jails.caches.is_warm.get_or_try_init(making).await?;
        }
        Ok(())
    }

    async fn make_caches(&self, caches: &Caches) -> io::Result<()> {
        let unfinished = caches.unfinished();
        let made = unfinished.clone();
        spawn_blocking(move || {
            remove_dir(&made)?;
            create_private_dir(&made.join("location_data"))
        })
        .await??;
        for _ in 0..RUNS {
            let booted = self.boot_to_write(&unfinished).await;
            let booted = booted.map_err(|error| io::Error::other(ds_core::error_chain(&error)))?;
            written(unfinished.join(COMPILED)).await?;
            let states = std::sync::Arc::clone(&booted.launched.process.0);
            states.kill();
            states.dead().await;
        }
        tokio::fs::rename(&unfinished, &caches.warm).await
    }

    async fn boot_to_write(&self, deno_dir: &Path) -> Result<Booted, StartError> {
        let launched = self.launch_to_write(deno_dir, &Sink::new()).await?;
        let limits = &self.config.limits;
        let booted = launched.boot(limits).await?;
        booted.listening().await?;
        Ok(booted)
    }
}

/// Waits until nothing more is written to a file.
pub(super) async fn written(file: PathBuf) -> io::Result<()> {
    let mut last = 0;
    for _ in 0..LOOKS {
        sleep(QUIET).await;
        let length = tokio::fs::metadata(&file)
            .await
            .map_or(0, |file| file.len());
        if length > 0 && length == last {
            return Ok(());
        }
        last = length;
    }
    Err(io::Error::other("Deno keeps no compiled code"))
}
