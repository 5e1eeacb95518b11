//! What the jail adds to a start: the same program behind all walls and behind none.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Instant,
};

use anyhow::Result;
use async_trait::async_trait;
use ds_core::{ApiVersion, AppspaceDir, AppspaceId, ProxyId, SandboxId};
use ds_sandbox::{
    AppCode, AppspaceMounts, Confinement, DenoEngine, Engine as _, EngineConfig, Limits,
    SandboxSpec, StopReason, Task, User, Users, UsersError, find_deno,
};

use crate::{
    family::quiet,
    numbers::{Rounds, Time, median},
    report::Report,
    setup::{self, Setup},
};

/// How many milliseconds the jail may add.
const MOST: f64 = 4.0;
/// How many rounds are not counted: Deno compiles what later ones find compiled.
const FIRST: usize = 3;
/// The program.
const CODE: &str = "DROPSERVER.appRoutes.setCallback(() => []);\n";

/// Nobody.
struct NoUsers;

#[async_trait]
impl Users for NoUsers {
    async fn user(&self, _: &ProxyId) -> Result<Option<User>, UsersError> {
        Ok(None)
    }

    async fn users(&self) -> Result<Vec<User>, UsersError> {
        Ok(Vec::new())
    }
}

pub(crate) fn measure(setup: &Setup, report: &mut Report) -> Result<()> {
    let dir = setup.dir("jail")?;
    let spec = spec(&dir)?;
    let launcher = Some(setup::ds_host()?.with_file_name("ds-jail"));
    let jail = Confinement::Jail {
        launcher,
        without_namespaces: false,
    };
    let inside = engine(setup, &dir.join("inside"), jail)?;
    let outside = engine(setup, &dir.join("outside"), Confinement::None)?;
    let mut rounds = Rounds::default();
    let mut more = Vec::new();
    let count = setup.choose(60, 12);
    for round in 0..FIRST + count {
        let ours = start(setup, &inside, &spec)?;
        let peer = start(setup, &outside, &spec)?;
        if round >= FIRST {
            rounds.add(ours, peer);
            more.push(1e3 * (ours - peer));
        }
    }
    let (ours, peer) = (rounds.ours()?, rounds.peer()?);
    report.figure("start until ready, in a jail, p50", Time::seconds(ours));
    report.figure("start until ready, in none, p50", Time::seconds(peer));
    let more = median(more)?;
    report.target(
        "what the jail adds",
        format!("{more:.1} ms"),
        format!("≤ {MOST:.1} ms"),
        more <= MOST,
    );
    report.figure(
        "in a jail, time",
        format!("{:.2} × in none", rounds.ratio()?),
    );
    report.note(format!("{count} rounds; without sandboxes that wait"));
    Ok(())
}

fn engine(setup: &Setup, runtime: &Path, confinement: Confinement) -> Result<DenoEngine> {
    let config = EngineConfig {
        confinement,
        ..EngineConfig::default()
    };
    let deno = setup::deno()?;
    setup.runtime.block_on(async {
        let deno = find_deno(Some(deno)).await?;
        Ok(DenoEngine::new(deno, runtime, config).await?)
    })
}

/// Seconds from the start of a sandbox until it can be asked something.
fn start(setup: &Setup, engine: &DenoEngine, spec: &SandboxSpec) -> Result<f64> {
    // Nobody stops, and launchers are ready.
    quiet(std::process::id(), 0)?;
    let spec = SandboxSpec {
        id: SandboxId::new(),
        ..spec.clone()
    };
    setup.runtime.block_on(async {
        let start = Instant::now();
        let sandbox = engine.start(spec).await?;
        let took = start.elapsed().as_secs_f64();
        sandbox.stop(StopReason::Idle).await;
        Ok(took)
    })
}

/// The same appspace for all starts: what Deno keeps for it is there then.
fn spec(dir: &Path) -> Result<SandboxSpec> {
    let run: PathBuf = dir.join("run");
    setup::write(&run.join("app/app.js"), CODE.as_bytes())?;
    let appspace = AppspaceDir::new(dir.join("appspace"));
    fs::create_dir_all(dir.join("appspace"))?;
    appspace.create()?;
    Ok(SandboxSpec {
        id: SandboxId::new(),
        code: AppCode {
            run,
            entry: "app/app.js".to_owned(),
            script: None,
            compiled: None,
            api: ApiVersion::V0,
            node_modules: false,
        },
        task: Task::Serve,
        appspace: Some(AppspaceMounts {
            id: AppspaceId::new(),
            address: "bench.localhost".parse()?,
            dir: appspace,
            users: Arc::new(NoUsers),
            outlet: None,
        }),
        limits: Limits::default(),
    })
}
