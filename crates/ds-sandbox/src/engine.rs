//! The seam between what wants app code run and what runs it.

use std::{collections::BTreeSet, fmt, time::Duration};

use async_trait::async_trait;
use ds_core::{MigrationStep, Permission, ProxyId, SandboxId, Schema};
use http::{Request, Response};
use serde_json::Value;

use crate::{AppCode, Body, Limits, SandboxSpec};

/// Starts sandboxes. The one we ship is the Deno engine; tests have a scripted one.
#[async_trait]
pub trait Engine: Send + Sync {
    /// Starts a sandbox and waits until the app in it is ready.
    ///
    /// # Errors
    /// With nothing left running: the app failed to load, was not ready in time, or could not be started.
    async fn start(&self, spec: SandboxSpec) -> Result<Box<dyn Sandbox>, StartError>;
    /// Sees to it that code starts sooner, where the engine can do something for that now: what it compiles is kept in
    /// [`AppCode::compiled`]. Takes as long as some starts.
    ///
    /// # Errors
    /// If the app does not load, or that cannot be kept. The code then starts as it did before.
    async fn compile(&self, _code: &AppCode, _limits: &Limits) -> Result<(), StartError> {
        Ok(())
    }
    /// Resolves when nothing is left running of a start whose future was dropped. Engines that leave nothing
    /// need not say so.
    async fn given_up(&self, _id: SandboxId) {}
}

/// A running sandbox. Dropping it kills the process.
#[async_trait]
pub trait Sandbox: Send + Sync {
    /// The run's id.
    fn id(&self) -> SandboxId;
    /// Hands a request to the app and waits for the head of its response. Dropping the future or the
    /// response's body tells the app that its client has gone. Headers about one connection (RFC 9110 §7.6.1)
    /// pass neither way.
    ///
    /// # Errors
    /// If the app did not answer.
    async fn request(
        &self,
        call: Call,
        request: Request<Body>,
    ) -> Result<Response<Body>, RequestError>;
    /// Asks the app what it can do.
    async fn learn(&self) -> Result<Learned, ControlError>;
    /// Runs the migrations from one schema to another.
    async fn migrate(&self, from: Schema, to: Schema) -> Result<(), ControlError>;
    /// Ends the process: asked first, then SIGTERM, then SIGKILL. Returns when it has ended. Asking twice is
    /// fine; the first reason stands.
    async fn stop(&self, reason: StopReason);
    /// Resolves when the process has ended, with why.
    async fn ended(&self) -> Death;
    /// The memory that ending it would free, in bytes, as last measured; 0 if nobody measured.
    fn memory(&self) -> u64 {
        0
    }
}

/// What the host tells the app's runtime about a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The route, by its place in the app's list.
    pub route: u32,
    /// The path's parameters: an object of strings and arrays of strings.
    pub params: Value,
    /// Path and query as the client sent them, normalised as by the WHATWG URL standard.
    pub path_and_query: String,
    /// The scheme and authority the client used: `https://notes.example.com` (API 1 shows it).
    pub origin: String,
    /// Who asks; `None` for the public.
    pub proxy_id: Option<ProxyId>,
    /// What whoever asks may do, if that is less than what the member may: a program that acts for them.
    pub scope: Option<BTreeSet<Permission>>,
}

/// What an app says it can do. As app code says it: hostile, and checked by ds-routes and ds-apps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Learned {
    /// The routes, as a JSON array.
    pub routes: Value,
    /// The migrations.
    pub migrations: Vec<MigrationStep>,
    /// The permissions it declares, as a JSON array of `{name, description}`.
    pub permissions: Value,
}

/// Why a sandbox did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The engine itself is not usable: Deno is missing or too old.
    #[error("cannot run app code: {0}")]
    Engine(String),
    /// The process could not be made.
    #[error("cannot start a sandbox: cannot {action}")]
    Spawn {
        /// What was being done.
        action: &'static str,
        /// Why it failed.
        #[source]
        source: std::io::Error,
    },
    /// The app's code threw while it was loaded.
    #[error("the app failed to load: {message}")]
    App {
        /// What it threw, bounded.
        message: String,
    },
    /// The app was not ready in time: it never declared its routes, or waits for something.
    #[error("the app was not ready after {} s; does it call createApp?", .after.as_secs_f32())]
    NotReady {
        /// How long was waited.
        after: Duration,
    },
    /// The process ended before it was ready.
    #[error("the app's process ended before it was ready: {0}")]
    Ended(Death),
    /// The host has no room for it now.
    #[error("the host is busy; try again in {} s", .retry_after.as_secs().max(1))]
    Busy {
        /// When there may be room.
        retry_after: Duration,
    },
    /// It crashed again and again; it is left alone for a while.
    #[error("the app crashes when it starts; the next try is in {} s", .retry_after.as_secs())]
    CrashLoop {
        /// When a start will be tried again.
        retry_after: Duration,
    },
}

impl StartError {
    /// The same error for somebody else who waited for the same start.
    #[must_use]
    pub fn again(&self) -> Self {
        match self {
            Self::Engine(problem) => Self::Engine(problem.clone()),
            Self::Spawn { action, source } => Self::Spawn {
                action,
                source: std::io::Error::new(source.kind(), source.to_string()),
            },
            Self::App { message } => Self::App {
                message: message.clone(),
            },
            Self::NotReady { after } => Self::NotReady { after: *after },
            Self::Ended(death) => Self::Ended(death.clone()),
            Self::Busy { retry_after } => Self::Busy {
                retry_after: *retry_after,
            },
            Self::CrashLoop { retry_after } => Self::CrashLoop {
                retry_after: *retry_after,
            },
        }
    }

    /// Whether the app's own code is why, rather than this host.
    #[must_use]
    pub fn is_of_the_app(&self) -> bool {
        !matches!(
            self,
            Self::Engine(_) | Self::Spawn { .. } | Self::Busy { .. }
        )
    }
}

/// Why a request got no answer from the app.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// The handler did not answer in time.
    #[error("the app did not answer within {} s", .after.as_secs_f32())]
    TimedOut {
        /// How long was waited.
        after: Duration,
    },
    /// The process ended meanwhile.
    #[error("the app's process ended: {0}")]
    Ended(Death),
    /// What came back was no HTTP response, or the connection broke.
    #[error("the app's answer could not be read")]
    Broken(#[source] crate::BoxError),
}

/// Why a question to the app's runtime failed.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// The app's code failed, in its words (bounded).
    #[error("{0}")]
    App(String),
    /// No answer in time.
    #[error("no answer within {} s", .after.as_secs_f32())]
    TimedOut {
        /// How long was waited.
        after: Duration,
    },
    /// The process ended meanwhile.
    #[error("the app's process ended: {0}")]
    Ended(Death),
    /// What came back broke the protocol.
    #[error("the app's runtime broke the protocol: {0}")]
    Protocol(String),
}

/// Why a sandbox is asked to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopReason {
    /// Nothing asked for it for a while.
    Idle,
    /// Its task is done.
    Done,
    /// The appspace is brought to rest.
    AtRest,
    /// The host is stopping.
    Shutdown,
    /// It was told to answer and did not.
    Unresponsive,
    /// Nobody was using it, and others needed the memory.
    Pressure,
}

/// A limit that a sandbox did not keep to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Breach {
    /// All its memory together.
    Memory,
    /// Processor time.
    Cpu,
    /// The appspace's directory.
    Disk,
    /// The host's disk is nearly full.
    FreeSpace,
}

/// How a sandbox ended: one clear reason for every death.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Death {
    /// It was stopped.
    Stopped {
        /// Why.
        reason: StopReason,
        /// Whether it had to be killed because it did not end by itself.
        killed: bool,
    },
    /// It ended by itself with this exit code.
    Exited(i32),
    /// A signal ended it that was not ours.
    Signalled(i32),
    /// Its JavaScript heap reached the limit.
    OutOfMemory,
    /// It was killed because it did not keep to a limit.
    Limit(Breach),
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Idle => "idle",
            Self::Done => "done",
            Self::AtRest => "the appspace was brought to rest",
            Self::Shutdown => "the host is stopping",
            Self::Unresponsive => "it did not respond",
            Self::Pressure => "others needed the memory",
        })
    }
}

impl fmt::Display for Death {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stopped {
                reason,
                killed: false,
            } => write!(f, "stopped ({reason})"),
            Self::Stopped {
                reason,
                killed: true,
            } => {
                write!(f, "killed ({reason}; it did not stop when asked)")
            }
            Self::Exited(code) => write!(f, "crashed (exit code {code})"),
            Self::Signalled(signal) => write!(f, "crashed (signal {signal})"),
            Self::OutOfMemory => f.write_str("out of memory (JavaScript heap limit)"),
            Self::Limit(breach) => write!(f, "killed: {breach}"),
        }
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Memory => "it used more memory than its limit (memory_mib)",
            Self::Cpu => "it used more processor time than its limit (cpu_seconds)",
            Self::Disk => "the appspace's directory is larger than its limit (disk_mib)",
            Self::FreeSpace => "the host's disk is nearly full (free_space_mib)",
        })
    }
}
