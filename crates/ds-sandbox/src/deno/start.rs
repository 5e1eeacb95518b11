//! From a specification to a ready sandbox.

use std::{io, sync::Arc};

use tokio::{net::UnixListener, task::spawn_blocking, time::timeout};

use super::{
    DenoEngine,
    client::Client,
    command::Dirs,
    control::{Assign, Control, Progress},
    launcher::Description,
    output::{Output, Sink},
    process::Process,
    run_dir::RunDir,
    sandbox::{DenoSandbox, ProcessHandle},
    state::{State, States},
};
use crate::{ControlError, Death, SandboxSpec, StartError, Task};

/// A process that was made and is not ready yet.
struct Started {
    listener: UnixListener,
    assign: Assign,
    client: Arc<Client>,
    sink: Arc<Sink>,
    process: ProcessHandle,
}

impl DenoEngine {
    /// Starts a process and waits, within the limit, for its app to be ready. Nothing is left of one that
    /// does not get there.
    pub(super) async fn start_sandbox(&self, spec: SandboxSpec) -> Result<DenoSandbox, StartError> {
        let sink = Sink::new(spec.id, self.log_of(&spec));
        let limit = spec.limits.start;
        let started = self.spawn(&spec, &sink).await?;
        let states = Arc::clone(&started.process.0);
        let booted = timeout(limit, boot(started, spec)).await;
        let result = booted.unwrap_or(Err(StartError::NotReady { after: limit }));
        if let Err(error) = &result {
            states.kill();
            states.dead().await;
            sink.note(&format!("did not start: {error}")).await;
        }
        result
    }

    async fn spawn(&self, spec: &SandboxSpec, sink: &Arc<Sink>) -> Result<Started, StartError> {
        let (run, description, assign) = self.prepare(spec).await?;
        let control = run.control();
        let listener = UnixListener::bind(&control).map_err(cannot("listen for a sandbox"))?;
        let client = Client::new(run.requests());
        let mut command = self.launcher.command(&description);
        let spawned = command.spawn();
        let mut child = match spawned {
            Ok(child) => child,
            Err(error) => {
                let _ = spawn_blocking(move || run.remove()).await;
                return Err(cannot("start Deno")(error));
            }
        };
        let states = Arc::new(States::new());
        let pid = child.id().unwrap_or_default();
        sink.note_soon(&format!("started {} (process {pid})", purpose(spec.task)));
        let process = Process {
            output: Output::of(&mut child, sink),
            child,
            states: Arc::clone(&states),
            sink: Arc::clone(sink),
            run,
            grace: spec.limits.stop_grace,
        };
        let handle = ProcessHandle(states);
        tokio::spawn(process.watch());
        Ok(Started {
            listener,
            assign,
            client,
            sink: Arc::clone(sink),
            process: handle,
        })
    }

    async fn prepare(
        &self,
        spec: &SandboxSpec,
    ) -> Result<(RunDir, Description, Assign), StartError> {
        let (runtime, deno, spec) = (self.runtime.clone(), self.deno.clone(), spec.clone());
        let prepare = move || {
            let run = runtime.run(spec.id)?;
            let prepared = Dirs::prepare(&spec, &runtime, &run)
                .and_then(|dirs| Ok((dirs.describe(&deno, &spec)?, dirs.assign(&spec)?)));
            match prepared {
                Ok((description, assign)) => Ok((run, description, assign)),
                Err(error) => run.remove().and(Err(error)),
            }
        };
        let prepared = spawn_blocking(prepare).await;
        prepared
            .unwrap_or_else(|error| Err(io::Error::other(error)))
            .map_err(cannot("prepare its directories"))
    }

    fn log_of(&self, spec: &SandboxSpec) -> Option<super::log::Log> {
        let appspace = spec.appspace.as_ref()?;
        Some(self.logs.of(appspace.dir.log(), spec.limits.log_bytes))
    }
}

async fn boot(started: Started, spec: SandboxSpec) -> Result<DenoSandbox, StartError> {
    let Started {
        listener,
        assign,
        client,
        sink,
        process,
    } = started;
    let states = Arc::clone(&process.0);
    let stream = tokio::select! {
        accepted = listener.accept() => accepted.map_err(cannot("accept a sandbox's connection"))?.0,
        death = states.dead() => return Err(ended(death, &sink)),
    };
    // Nobody else is to connect.
    drop(listener);
    let users = spec.appspace.map(|appspace| appspace.users);
    let control = Control::new(stream, users, Arc::clone(&states), spec.limits.stop_grace);
    let explain = |error| explain(error, &sink);
    control.past(&Progress::Connected).await.map_err(explain)?;
    control.assign(&assign).await.map_err(explain)?;
    match control.past(&Progress::Listening).await.map_err(explain)? {
        Progress::Failed(message) => Err(StartError::App { message }),
        _ if states.go(State::Ready) => Ok(DenoSandbox {
            id: spec.id,
            limits: spec.limits,
            client,
            control: Arc::new(control),
            process,
            doubted: Arc::default(),
        }),
        _ => Err(ended(states.dead().await, &sink)),
    }
}

fn explain(error: ControlError, sink: &Sink) -> StartError {
    match error {
        ControlError::Ended(death) => ended(death, sink),
        other => StartError::App {
            message: other.to_string(),
        },
    }
}

/// Why a process that ended before it was ready did: what it printed says more than how it ended.
fn ended(death: Death, sink: &Sink) -> StartError {
    let printed = sink.last_lines();
    if printed.is_empty() || matches!(death, Death::OutOfMemory | Death::Stopped { .. }) {
        return StartError::Ended(death);
    }
    StartError::App {
        message: format!("its process {death}; it printed:\n{printed}"),
    }
}

fn purpose(task: Task) -> &'static str {
    match task {
        Task::Learn => "to learn about the app",
        Task::Serve => "to answer requests",
        Task::Migrate => "to migrate data",
    }
}

fn cannot(action: &'static str) -> impl Fn(io::Error) -> StartError {
    move |source| StartError::Spawn { action, source }
}
