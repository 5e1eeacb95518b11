//! An engine that runs closures in the place of app code.

use std::{
    future::pending,
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use async_trait::async_trait;
use ds_core::{AppspaceDir, AppspaceId, MigrationStep, SandboxId, Schema};
use ds_sandbox::{
    Body, Call, ControlError, Death, Engine, Learned, RequestError, Sandbox, SandboxSpec,
    StartError, StopReason, Task, full_body,
};
use http::{Request, Response};
use tokio::sync::watch;

type Answer = dyn Fn(&Call, Request<Body>) -> Result<Response<Body>, RequestError> + Send + Sync;
type Migrate =
    dyn Fn(Option<&AppspaceDir>, Schema, Schema) -> Result<(), ControlError> + Send + Sync;

/// What an engine was asked to start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Started {
    /// The run.
    pub id: SandboxId,
    /// What for.
    pub task: Task,
    /// For which appspace.
    pub appspace: Option<AppspaceId>,
    /// Whose code: the app version's prepared copy.
    pub run: PathBuf,
    /// How much memory it may have.
    pub memory_mib: u32,
}

/// Starts sandboxes that answer as a test says. Clones are the same engine.
#[derive(Clone)]
pub struct ScriptedEngine(Arc<Script>);

struct Script {
    answer: Mutex<Arc<Answer>>,
    migrate: Mutex<Arc<Migrate>>,
    learned: Mutex<Result<Learned, String>>,
    failures: Mutex<Vec<StartError>>,
    started: Mutex<Vec<Started>>,
    stopped: Mutex<Vec<(SandboxId, StopReason)>>,
    hanging: AtomicBool,
    running: Mutex<Vec<(SandboxId, watch::Sender<Option<Death>>)>>,
}

impl Default for ScriptedEngine {
    fn default() -> Self {
        Self::new()
    }
}

impl ScriptedEngine {
    /// Answers every request with `hello`, migrates, and has learned nothing.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(Script {
            answer: Mutex::new(Arc::new(|_, _| Ok(Response::new(full_body("hello"))))),
            migrate: Mutex::new(Arc::new(|_, _, _| Ok(()))),
            learned: Mutex::new(Ok(Learned {
                routes: serde_json::json!([]),
                migrations: Vec::new(),
                permissions: serde_json::json!([]),
            })),
            failures: Mutex::default(),
            started: Mutex::default(),
            stopped: Mutex::default(),
            hanging: AtomicBool::new(false),
            running: Mutex::default(),
        }))
    }

    /// Answers requests with this from now on.
    #[must_use]
    pub fn answering(
        self,
        answer: impl Fn(&Call, Request<Body>) -> Result<Response<Body>, RequestError>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        *lock(&self.0.answer) = Arc::new(answer);
        self
    }

    /// Migrates with this from now on.
    #[must_use]
    pub fn migrating(
        self,
        migrate: impl Fn(Schema, Schema) -> Result<(), ControlError> + Send + Sync + 'static,
    ) -> Self {
        *lock(&self.0.migrate) = Arc::new(move |_, from, to| migrate(from, to));
        self
    }

    /// Migrates with this from now on, which is told where the appspace's directory is.
    #[must_use]
    pub fn migrating_in(
        self,
        migrate: impl Fn(&AppspaceDir, Schema, Schema) -> Result<(), ControlError>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        *lock(&self.0.migrate) = Arc::new(move |dir, from, to| migrate(dir.unwrap(), from, to));
        self
    }

    /// Has these routes and migrations to tell of.
    #[must_use]
    pub fn learning(self, routes: serde_json::Value, migrations: Vec<MigrationStep>) -> Self {
        *lock(&self.0.learned) = Ok(Learned {
            routes,
            migrations,
            permissions: serde_json::json!([]),
        });
        self
    }

    /// Lets the next start fail; several calls, several starts.
    pub fn fail_start(&self, error: StartError) {
        lock(&self.0.failures).insert(0, error);
    }

    /// Whether requests get no answer until their sandbox ends, and migrations none at all.
    pub fn hang(&self, hanging: bool) {
        self.0.hanging.store(hanging, Ordering::SeqCst);
    }

    /// Ends every running sandbox as if its process had crashed.
    pub fn crash_all(&self) {
        for (_, ended) in lock(&self.0.running).drain(..) {
            ended.send_replace(Some(Death::Exited(1)));
        }
    }

    /// Every start so far, failed ones too.
    #[must_use]
    pub fn started(&self) -> Vec<Started> {
        lock(&self.0.started).clone()
    }

    /// Every stop so far, with its reason.
    #[must_use]
    pub fn stopped(&self) -> Vec<(SandboxId, StopReason)> {
        lock(&self.0.stopped).clone()
    }

    /// How many sandboxes run.
    #[must_use]
    pub fn running(&self) -> usize {
        lock(&self.0.running).len()
    }
}

#[async_trait]
impl Engine for ScriptedEngine {
    async fn start(&self, spec: SandboxSpec) -> Result<Box<dyn Sandbox>, StartError> {
        lock(&self.0.started).push(Started {
            id: spec.id,
            task: spec.task,
            appspace: spec.appspace.as_ref().map(|mounts| mounts.id),
            run: spec.code.run,
            memory_mib: spec.limits.memory_mib,
        });
        if let Some(error) = lock(&self.0.failures).pop() {
            return Err(error);
        }
        let (ended, ends) = watch::channel(None);
        lock(&self.0.running).push((spec.id, ended));
        Ok(Box::new(Scripted {
            id: spec.id,
            dir: spec.appspace.map(|mounts| mounts.dir),
            script: Arc::clone(&self.0),
            ends,
        }))
    }
}

struct Scripted {
    id: SandboxId,
    dir: Option<AppspaceDir>,
    script: Arc<Script>,
    ends: watch::Receiver<Option<Death>>,
}

impl Scripted {
    fn end(&self, death: Death) -> bool {
        let mut running = lock(&self.script.running);
        let Some(at) = running.iter().position(|(id, _)| *id == self.id) else {
            return false;
        };
        let (_, ended) = running.swap_remove(at);
        ended.send_replace(Some(death));
        true
    }

    async fn death(&self) -> Death {
        let mut ends = self.ends.clone();
        let death = ends.wait_for(Option::is_some).await;
        death.ok().and_then(|death| death.clone()).unwrap()
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.end(Death::Signalled(9));
    }
}

#[async_trait]
impl Sandbox for Scripted {
    fn id(&self) -> SandboxId {
        self.id
    }

    async fn request(
        &self,
        call: Call,
        request: Request<Body>,
    ) -> Result<Response<Body>, RequestError> {
        let answer = async {
            if self.script.hanging.load(Ordering::SeqCst) {
                pending::<()>().await;
            }
            let answer = Arc::clone(&*lock(&self.script.answer));
            answer(&call, request)
        };
        tokio::select! {
            biased;
            death = self.death() => Err(RequestError::Ended(death)),
            answered = answer => answered,
        }
    }

    async fn learn(&self) -> Result<Learned, ControlError> {
        let learned = lock(&self.script.learned).clone();
        learned.map_err(ControlError::App)
    }

    async fn migrate(&self, from: Schema, to: Schema) -> Result<(), ControlError> {
        let migrate = Arc::clone(&*lock(&self.script.migrate));
        if self.script.hanging.load(Ordering::SeqCst) {
            pending::<()>().await;
        }
        migrate(self.dir.as_ref(), from, to)
    }

    async fn stop(&self, reason: StopReason) {
        let death = Death::Stopped {
            reason,
            killed: false,
        };
        if self.end(death) {
            lock(&self.script.stopped).push((self.id, reason));
        }
    }

    async fn ended(&self) -> Death {
        self.death().await
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
