//! Telling a harness which app to load, and waiting until that is ready.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{task::spawn_blocking, time::sleep};

use super::{
    Inner,
    boot::{Booted, Launched},
    compiled::Compiled,
    control::{Assign, Control, Paths, Progress, Script},
    places::{Places, jail},
    sandbox::DenoSandbox,
    start::{cannot, ended, explain},
    state::State,
    watching::Watched,
};
use crate::{Cgroup, Limits, SandboxSpec, StartError};

/// How long after a sandbox is ready its processor time is bounded, and what it uses is first looked at: the first
/// request has both processors until then.
const AFTER_READY: Duration = Duration::from_millis(20);

/// A harness that has been told what to load.
struct Assigned {
    launched: Launched,
    control: Control,
    watched: Arc<Watched>,
}

impl Inner {
    /// Assigns a process that sees its directories.
    pub(super) async fn assign_cold(
        &self,
        booted: Booted,
        spec: &SandboxSpec,
    ) -> Result<DenoSandbox, StartError> {
        let assigned = self.tell(booted, spec, true).await?;
        assigned.until_ready(spec, None).await
    }

    /// Assigns a process that waits. Its limits are those of its class already; its directories are mounted while
    /// the harness thinks about what it was told.
    pub(super) async fn assign_warm(
        &self,
        booted: Booted,
        spec: &SandboxSpec,
    ) -> Result<DenoSandbox, StartError> {
        let assigned = self.tell(booted, spec, false).await?;
        let launched = &assigned.launched;
        let dirs = self.dirs(spec, &launched.run).await;
        let prepared = dirs.and_then(|dirs| Ok((dirs.binds()?, dirs.compiled)));
        let (binds, compiled) = prepared.map_err(cannot("prepare its directories"))?;
        let checked = compiled.clone();
        let checking = spawn_blocking(move || checked?.whole().map(in_jail));
        if let Some(line) = &launched.line {
            line.mount(binds)
                .await
                .map_err(cannot("mount its directories"))?;
        }
        let kept = checking.await.unwrap_or_default();
        let told = assigned.control.mounted(kept).await;
        told.map_err(|error| explain(error, &launched.sink))?;
        let started = assigned.until_ready(spec, compiled.clone()).await;
        if let (Err(_), Some(compiled)) = (&started, compiled) {
            // Whatever it was: it was not worth keeping.
            compiled.forget().await;
        }
        started
    }

    /// Tells a harness what to load. From now on what it uses is counted.
    async fn tell(
        &self,
        booted: Booted,
        spec: &SandboxSpec,
        mounted: bool,
    ) -> Result<Assigned, StartError> {
        let Booted {
            launched,
            control,
            users,
        } = booted;
        if let Some(appspace) = &spec.appspace {
            let _ = users.set(Arc::clone(&appspace.users));
        }
        let meter = Arc::clone(&self.config.meter);
        let free_space = self.config.free_space_mib << 20;
        let watched = Watched::new(spec, &launched, &launched.process.0, (meter, free_space));
        self.watches.add(&watched);
        let _ = launched.watched.set(Arc::clone(&watched));
        let message = message(spec, &launched.places, mounted);
        let told = control.assign(&message).await;
        told.map_err(|error| explain(error, &launched.sink))?;
        Ok(Assigned {
            launched,
            control,
            watched,
        })
    }
}

impl Assigned {
    /// Waits for the app.
    async fn until_ready(
        self,
        spec: &SandboxSpec,
        compiled: Option<Compiled>,
    ) -> Result<DenoSandbox, StartError> {
        let Self {
            launched,
            control,
            watched,
        } = self;
        let (states, sink) = (&launched.process.0, &launched.sink);
        let explain = |error| explain(error, sink);
        match control.past(&Progress::Listening).await.map_err(explain)? {
            Progress::Failed(message) => return Err(StartError::App { message }),
            _ if states.go(State::Ready) => {}
            _ => return Err(ended(states.dead().await, sink)),
        }
        let percent = spec.limits.cpu_percent;
        let looking = look_after(launched.cgroup, Arc::clone(&watched), percent);
        let dead = Arc::clone(states);
        tokio::spawn(async move {
            tokio::select! { () = looking => {}, _ = dead.dead() => {} }
        });
        Ok(DenoSandbox {
            id: spec.id,
            limits: spec.limits.clone(),
            client: launched.client,
            control: Arc::new(control),
            process: launched.process,
            watched,
            doubted: Arc::default(),
            compiled: Mutex::new(compiled),
        })
    }
}

/// Where a sandbox sees what was compiled before.
fn in_jail(name: &str) -> String {
    format!("{}/{name}", jail::COMPILED)
}

/// Bounds processor time, and begins to look. Not waited for: until it is done, the sandbox is only faster.
async fn look_after(cgroup: Option<Arc<Cgroup>>, watched: Arc<Watched>, percent: u32) {
    sleep(AFTER_READY).await;
    let looked = spawn_blocking(move || {
        if let Some(cgroup) = cgroup
            && let Err(error) = cgroup.limit_cpu(percent)
        {
            tracing::warn!(%error, "cannot bound a sandbox's processor time");
        }
        watched.first_look();
    });
    let _ = looked.await;
}

/// What the harness is told.
fn message(spec: &SandboxSpec, places: &Places, mounted: bool) -> Assign {
    let script = spec.code.script.as_ref();
    let address = spec.appspace.as_ref().map(|a| a.address.to_string());
    let (files, avatars) = match spec.appspace {
        Some(_) => (places.files.clone(), places.avatars.clone()),
        None => Places::nowhere(),
    };
    Assign {
        api: spec.code.api.number(),
        run: places.code.clone(),
        entry: format!("{}/{}", places.code, spec.code.entry),
        script: script.map(|script| Script {
            file: format!("{}/{script}", places.code),
        }),
        paths: Paths {
            app: format!("{}/app", places.code),
            files,
            avatars,
        },
        cwd: places.cwd.clone(),
        address: address.unwrap_or_default(),
        mounted,
        drain: drain(&spec.limits),
    }
}

/// How long the harness lets things go on when told to stop: it ends by itself before it is made to.
fn drain(limits: &Limits) -> u64 {
    u64::try_from(limits.stop_grace.as_millis() / 2).unwrap_or(u64::MAX)
}
