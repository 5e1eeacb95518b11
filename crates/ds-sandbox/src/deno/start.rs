//! From a specification to a ready sandbox.

use std::{io, sync::Arc};

use tokio::{sync::watch, time::timeout};

use super::{
    Inner, boot::Booted, command::Class, launcher::Launcher, output::Sink, sandbox::DenoSandbox,
    state::States,
};
use crate::{ControlError, Death, Limits, SandboxSpec, StartError, Task};

/// How much an app may keep while it is learned about, in MiB: it is all thrown away.
const LEARNING_DISK_MIB: u64 = 64;

impl Inner {
    /// Takes a process that waits, or makes one, and waits, within the limit, for the app to be ready. Nothing is
    /// left of one that does not get there.
    pub(super) async fn start_sandbox(
        self: &Arc<Self>,
        mut spec: SandboxSpec,
    ) -> Result<DenoSandbox, StartError> {
        if spec.appspace.is_none() {
            spec.limits.disk_mib = spec.limits.disk_mib.min(LEARNING_DISK_MIB);
        }
        let _starting = self.warm.starting();
        let process = self.starts.begin(spec.id);
        let started = if let Some(booted) = self.warm.take(&Class::of(&spec)) {
            process.send_replace(Some(states(&booted)));
            self.introduce(&spec, &booted.launched.sink, booted.launched.pid);
            let (states, sink) = (states(&booted), Arc::clone(&booted.launched.sink));
            let assigned = timeout(spec.limits.start, self.assign_warm(booted, &spec)).await;
            settle(assigned, &states, &sink, &spec.limits).await
        } else {
            self.start_cold(&spec, process).await
        };
        if let (Ok(_), Launcher::Jail(jails), Task::Serve) = (&started, &self.launcher, spec.task) {
            self.to_compile.note(jails, &spec.code, &spec.limits);
        }
        self.starts.settled(spec.id);
        started
    }

    async fn start_cold(
        self: &Arc<Self>,
        spec: &SandboxSpec,
        process: watch::Sender<Option<Arc<States>>>,
    ) -> Result<DenoSandbox, StartError> {
        let sink = Sink::new();
        sink.assign(spec.id, self.log_of(spec));
        let (inner, for_it, its_sink) = (Arc::clone(self), spec.clone(), Arc::clone(&sink));
        // In a task of its own: it is not left half done when the start is given up.
        let launching = tokio::spawn(async move {
            let launched = inner.launch(Some(&for_it), &its_sink).await?;
            process.send_replace(Some(Arc::clone(&launched.process.0)));
            Ok(launched)
        });
        let interrupted = |_| Err(StartError::Engine("the start was interrupted".into()));
        let launched = launching.await.unwrap_or_else(interrupted)?;
        sink.note_soon(&started(spec.task, launched.pid));
        let states = Arc::clone(&launched.process.0);
        let cold = async {
            let booted = launched.boot(&spec.limits).await;
            self.assign_cold(booted?, spec).await
        };
        settle(
            timeout(spec.limits.start, cold).await,
            &states,
            &sink,
            &spec.limits,
        )
        .await
    }

    fn introduce(&self, spec: &SandboxSpec, sink: &Sink, pid: u32) {
        sink.assign(spec.id, self.log_of(spec));
        sink.note_soon(&started(spec.task, pid));
    }

    fn log_of(&self, spec: &SandboxSpec) -> Option<super::log::Log> {
        let appspace = spec.appspace.as_ref()?;
        Some(self.logs.of(appspace.dir.log(), spec.limits.log_bytes))
    }
}

fn states(booted: &Booted) -> Arc<States> {
    Arc::clone(&booted.launched.process.0)
}

/// Sees to it that nothing is left of what did not start.
async fn settle(
    started: Result<Result<DenoSandbox, StartError>, tokio::time::error::Elapsed>,
    states: &States,
    sink: &Sink,
    limits: &Limits,
) -> Result<DenoSandbox, StartError> {
    let late = StartError::NotReady {
        after: limits.start,
    };
    let result = started.unwrap_or(Err(late));
    if let Err(error) = &result {
        states.kill();
        states.dead().await;
        sink.note(&format!("did not start: {error}")).await;
    }
    result
}

pub(super) fn explain(error: ControlError, sink: &Sink) -> StartError {
    match error {
        ControlError::Ended(death) => ended(death, sink),
        other => StartError::App {
            message: other.to_string(),
        },
    }
}

/// Why a process that ended before it was ready did: what it printed says more than how it ended.
pub(super) fn ended(death: Death, sink: &Sink) -> StartError {
    let printed = sink.last_lines();
    let tells = matches!(
        death,
        Death::OutOfMemory | Death::Limit(_) | Death::Stopped { .. }
    );
    if printed.is_empty() || tells {
        return StartError::Ended(death);
    }
    StartError::App {
        message: format!("its process {death}; it printed:\n{printed}"),
    }
}

fn started(task: Task, pid: u32) -> String {
    let purpose = match task {
        Task::Learn => "to learn about the app",
        Task::Serve => "to answer requests",
        Task::Migrate => "to migrate data",
    };
    format!("started {purpose} (process {pid})")
}

pub(super) fn cannot(action: &'static str) -> impl Fn(io::Error) -> StartError {
    move |source| StartError::Spawn { action, source }
}
