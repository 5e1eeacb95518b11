//! An engine whose sandboxes start, weigh and end as the test says.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicU64, Ordering},
    },
};

use async_trait::async_trait;
use ds_core::{ApiVersion, AppspaceDir, AppspaceId, SandboxId, Schema};
use ds_sandbox::{
    AppCode, AppspaceMounts, Body, Call, ControlError, Death, Engine, Learned, Limits,
    RequestError, Sandbox, SandboxSpec, StartError, StopReason, Task, full_body,
};
use http::{Request, Response};
use tokio::sync::{oneshot, watch};

use crate::fixture::Members;

/// What to start for an appspace; there is nothing in it, since nothing is run.
pub(crate) fn spec(id: AppspaceId) -> SandboxSpec {
    SandboxSpec {
        id: SandboxId::new(),
        code: AppCode {
            run: "run".into(),
            entry: "app/app.js".into(),
            script: None,
            compiled: None,
            api: ApiVersion::V1,
            node_modules: false,
        },
        task: Task::Serve,
        appspace: Some(AppspaceMounts {
            id,
            address: "notes.example.com".parse().unwrap(),
            dir: AppspaceDir::new(Path::new("nowhere").to_owned()),
            users: Arc::new(Members),
            outlet: None,
        }),
        limits: Limits::default(),
    }
}

/// What the engine does without being told.
#[derive(Clone, Copy, Default)]
pub(crate) struct ByItself {
    pub(crate) starts: bool,
    pub(crate) stops: bool,
}

/// An engine that does as it is told; clones are the same engine.
#[derive(Clone)]
pub(crate) struct Told {
    by_itself: ByItself,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    starting: BTreeMap<AppspaceId, oneshot::Sender<Result<u64, StartError>>>,
    alive: BTreeMap<AppspaceId, Arc<Life>>,
    /// In the order they began.
    started: Vec<AppspaceId>,
    given_up: usize,
}

struct Life {
    memory: AtomicU64,
    stop: watch::Sender<Option<StopReason>>,
    death: watch::Sender<Option<Death>>,
}

impl Told {
    pub(crate) fn new(by_itself: ByItself) -> Self {
        let state = Arc::default();
        Self { by_itself, state }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Lets a start end: with so much memory, or not at all.
    pub(crate) fn finish(&self, appspace: AppspaceId, result: Result<u64, StartError>) -> bool {
        let start = self.lock().starting.remove(&appspace);
        start.is_some_and(|start| start.send(result).is_ok())
    }

    pub(crate) fn measure(&self, appspace: AppspaceId, memory: u64) {
        if let Some(life) = self.lock().alive.get(&appspace) {
            life.memory.store(memory, Ordering::SeqCst);
        }
    }

    /// Lets a process end: as it was asked to, or by itself.
    pub(crate) fn end(&self, appspace: AppspaceId) {
        if let Some(life) = self.lock().alive.remove(&appspace) {
            life.end();
        }
    }

    pub(crate) fn stopping(&self) -> Vec<(AppspaceId, StopReason)> {
        let state = self.lock();
        let asked = |(id, life): (&AppspaceId, &Arc<Life>)| Some((*id, (*life.stop.borrow())?));
        state.alive.iter().filter_map(asked).collect()
    }

    pub(crate) fn starting(&self) -> Vec<AppspaceId> {
        self.lock().starting.keys().copied().collect()
    }

    pub(crate) fn started(&self) -> Vec<AppspaceId> {
        self.lock().started.clone()
    }

    pub(crate) fn alive(&self) -> usize {
        self.lock().alive.len()
    }

    /// How many starts were given up, as the pool says.
    pub(crate) fn given_up(&self) -> usize {
        self.lock().given_up
    }
}

impl Life {
    fn end(&self) {
        let killed = false;
        let stopped = |reason| Death::Stopped { reason, killed };
        let death = self.stop.borrow().map_or(Death::Exited(1), stopped);
        self.death.send_replace(Some(death));
    }
}

/// A start that goes on; nothing is left of it when it is dropped.
struct Start<'a>(&'a Told, AppspaceId);

impl Drop for Start<'_> {
    fn drop(&mut self) {
        self.0.lock().starting.remove(&self.1);
    }
}

#[async_trait]
impl Engine for Told {
    async fn start(&self, spec: SandboxSpec) -> Result<Box<dyn Sandbox>, StartError> {
        let appspace = spec.appspace.unwrap().id;
        let (finish, finished) = oneshot::channel();
        {
            let mut state = self.lock();
            state.started.push(appspace);
            assert!(!state.alive.contains_key(&appspace), "there is one already");
            let before = state.starting.insert(appspace, finish);
            assert!(before.is_none(), "one starts already");
        }
        let _start = Start(self, appspace);
        let memory = if self.by_itself.starts {
            tokio::task::yield_now().await;
            0
        } else {
            finished.await.unwrap()?
        };
        let life = Arc::new(Life {
            memory: memory.into(),
            stop: watch::Sender::new(None),
            death: watch::Sender::new(None),
        });
        self.lock().alive.insert(appspace, Arc::clone(&life));
        Ok(Box::new(Alive {
            id: spec.id,
            appspace,
            life,
            engine: self.clone(),
        }))
    }

    async fn given_up(&self, _: SandboxId) {
        self.lock().given_up += 1;
    }
}

struct Alive {
    id: SandboxId,
    appspace: AppspaceId,
    life: Arc<Life>,
    engine: Told,
}

#[async_trait]
impl Sandbox for Alive {
    fn id(&self) -> SandboxId {
        self.id
    }
    async fn request(&self, _: Call, _: Request<Body>) -> Result<Response<Body>, RequestError> {
        Ok(Response::new(full_body("told")))
    }
    async fn learn(&self) -> Result<Learned, ControlError> {
        Ok(Learned::default())
    }
    async fn migrate(&self, _: Schema, _: Schema) -> Result<(), ControlError> {
        Ok(())
    }
    async fn stop(&self, reason: StopReason) {
        let first = |asked: &mut Option<StopReason>| *asked = asked.or(Some(reason));
        self.life.stop.send_modify(first);
        if self.engine.by_itself.stops {
            self.engine.end(self.appspace);
        }
        self.ended().await;
    }
    async fn ended(&self) -> Death {
        let mut death = self.life.death.subscribe();
        death
            .wait_for(Option::is_some)
            .await
            .unwrap()
            .clone()
            .unwrap()
    }
    fn memory(&self) -> u64 {
        self.life.memory.load(Ordering::SeqCst)
    }
}
