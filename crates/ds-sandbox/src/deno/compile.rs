//! What Deno keeps of one app version, made when that is installed: cold starts read it instead of the shared one.
//!
//! It is the shared one, and what importing the app adds to it. It was written while app code ran, and is therefore
//! read by sandboxes of that version alone.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use ds_core::{
    SandboxId,
    publish::{create_private_dir, remove_dir, sync_tree},
};
use tokio::{task::spawn_blocking, time::timeout};

use super::{
    Inner,
    caches::{COMPILED, RUNS, written},
    jails::Jails,
    launcher::Launcher,
    output::Sink,
    start::cannot,
};
use crate::{AppCode, Limits, SandboxSpec, StartError, Task};

impl Inner {
    /// Makes it, if it is not there. Nothing is half made.
    pub(super) async fn compile(&self, code: &AppCode, limits: &Limits) -> Result<(), StartError> {
        let (Launcher::Jail(jails), Some(place)) = (&self.launcher, &code.compiled) else {
            return Ok(());
        };
        let failed = cannot("keep what it compiles");
        self.warm_caches(jails).await.map_err(&failed)?;
        let Some(made) = kept(jails, code) else {
            return Ok(());
        };
        if made.is_dir() {
            return Ok(());
        }
        let unfinished = place.join("unfinished");
        let (shared, copy) = (jails.caches.dir().to_owned(), unfinished.clone());
        let copied = spawn_blocking(move || copy_files(&shared, &copy)).await;
        copied
            .map_err(io::Error::other)
            .flatten()
            .map_err(&failed)?;
        for _ in 0..RUNS {
            self.import_once(code, limits, &unfinished).await?;
        }
        let published = spawn_blocking(move || {
            sync_tree(&unfinished)?;
            fs::rename(&unfinished, &made)
        });
        published
            .await
            .map_err(io::Error::other)
            .flatten()
            .map_err(failed)
    }

    /// Lets Deno import the app and write down what it compiled.
    async fn import_once(
        &self,
        code: &AppCode,
        limits: &Limits,
        deno_dir: &Path,
    ) -> Result<(), StartError> {
        let spec = SandboxSpec {
            id: SandboxId::new(),
            code: code.clone(),
            task: Task::Learn,
            appspace: None,
            limits: limits.clone(),
        };
        let launched = self
            .launch_with(Some(&spec), Some(deno_dir), &Sink::new())
            .await?;
        let states = Arc::clone(&launched.process.0);
        let imported = timeout(limits.start, async {
            let booted = launched.boot(limits).await?;
            let sandbox = self.assign_cold(booted, &spec).await?;
            let kept = written(deno_dir.join(COMPILED)).await;
            kept.map_err(cannot("keep what it compiles"))?;
            drop(sandbox);
            Ok(())
        })
        .await;
        states.kill();
        states.dead().await;
        let late = StartError::NotReady {
            after: limits.start,
        };
        imported.unwrap_or(Err(late))
    }
}

/// Where it is, for the shared one that there is; `None` where that is not used.
pub(super) fn kept(jails: &Jails, code: &AppCode) -> Option<PathBuf> {
    let name = jails.caches.warm_dir()?.file_name()?;
    Some(code.compiled.as_ref()?.join(name))
}

/// Copies the files of a directory, and nothing below it but where the appspace's own goes.
fn copy_files(from: &Path, to: &Path) -> io::Result<()> {
    remove_dir(to)?;
    to.parent().map_or(Ok(()), create_private_dir)?;
    create_private_dir(to)?;
    create_private_dir(&to.join("location_data"))?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}
