//! What Deno keeps of one app version, made when that is installed: cold starts read it instead of the shared one.
//!
//! It is the shared one, and what importing the app adds to it. It was written while app code ran, and is therefore
//! read by sandboxes of that version alone.

use std::{
    collections::{HashSet, VecDeque},
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
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

/// Versions that started without it and are to have it, as after an update of Deno.
#[derive(Default)]
pub(super) struct ToCompile(Mutex<State>);

#[derive(Default)]
struct State {
    next: VecDeque<(AppCode, Limits)>,
    /// Where was tried already: what fails is not tried again and again.
    tried: HashSet<PathBuf>,
}

impl ToCompile {
    /// Notes a version that started.
    pub(super) fn note(&self, jails: &Jails, code: &AppCode, limits: &Limits) {
        if let (Some(made), Some(place)) = (kept(jails, code), &code.compiled)
            && !made.is_dir()
            && self.lock().tried.insert(place.clone())
        {
            self.lock().next.push_back((code.clone(), limits.clone()));
        }
    }

    /// One of them.
    pub(super) fn next(&self) -> Option<(AppCode, Limits)> {
        self.lock().next.pop_front()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Makes it, if it is not there. Nothing is half made. What it is made from is not waited for: while there is none,
    /// which is soon after a host's first start, this does nothing, and the first start makes up for it.
    pub(super) async fn compile(&self, code: &AppCode, limits: &Limits) -> Result<(), StartError> {
        let (Launcher::Jail(jails), Some(place)) = (&self.launcher, &code.compiled) else {
            return Ok(());
        };
        let failed = cannot("keep what it compiles");
        let made = match kept(jails, code) {
            Some(made) if !made.is_dir() => made,
            _ => return Ok(()),
        };
        // By nobody else at the same time.
        let unfinished = place.join(SandboxId::new().to_string());
        let importing = self.import_into(code, limits, jails, &unfinished).await;
        let place = place.clone();
        let published = spawn_blocking(move || {
            importing
                .and_then(|()| publish(&unfinished, &made, &place).map_err(&failed))
                .inspect_err(|_| {
                    let _ = remove_dir(&unfinished);
                })
        });
        let gone = |error| cannot("keep what it compiles")(io::Error::other(error));
        published.await.map_err(gone).flatten()
    }

    async fn import_into(
        &self,
        code: &AppCode,
        limits: &Limits,
        jails: &Jails,
        to: &Path,
    ) -> Result<(), StartError> {
        let (shared, copy) = (jails.caches.dir().to_owned(), to.to_owned());
        let copied = spawn_blocking(move || copy_files(&shared, &copy)).await;
        let copied = copied.map_err(io::Error::other).flatten();
        copied.map_err(cannot("copy what Deno keeps"))?;
        for _ in 0..RUNS {
            self.import_once(code, limits, to).await?;
        }
        Ok(())
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

/// Puts it in its place, which has no other from now on.
fn publish(from: &Path, made: &Path, place: &Path) -> io::Result<()> {
    sync_tree(from)?;
    match fs::rename(from, made) {
        // Somebody else was sooner.
        Err(_) if made.is_dir() => remove_dir(from)?,
        renamed => renamed?,
    }
    for entry in fs::read_dir(place)? {
        let path = entry?.path();
        if path != made {
            remove_dir(&path)?;
        }
    }
    Ok(())
}

/// Copies the files of a directory, and nothing below it but where the appspace's own goes.
fn copy_files(from: &Path, to: &Path) -> io::Result<()> {
    // What is above that is the version's, which may be gone by now.
    match to.parent().map_or(Ok(()), fs::create_dir) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
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
