//! An engine that does as the test says.

use std::{
    sync::Arc,
    sync::{
        Mutex,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};

use async_trait::async_trait;
use ds_core::{Direction, MigrationStep, SandboxId, Schema};
use ds_sandbox::{
    Body, Call, ControlError, Death, Engine, Learned, RequestError, Sandbox, SandboxSpec,
    StartError, StopReason, Task,
};
use http::{Request, Response};
use serde_json::{Value, json};
use tokio::sync::Notify;

/// What the app does in its first run.
#[derive(Clone)]
pub(crate) enum Script {
    /// Says this.
    Says(Learned),
    /// Throws while it is loaded.
    Throws(&'static str),
    /// There is no Deno.
    NoEngine,
    /// Starts, and then fails when asked.
    FailsToSay(&'static str),
    /// The engine has a defect.
    Panics,
    /// Says it once the test lets it.
    Waits(Arc<Notify>),
}

#[derive(Default)]
pub(crate) struct FakeEngine {
    script: Mutex<Option<Script>>,
    running: Arc<AtomicI64>,
    pub(crate) started: AtomicU64,
}

impl FakeEngine {
    pub(crate) fn script(&self, script: Script) {
        *self.script.lock().unwrap() = Some(script);
    }

    /// Sandboxes that were started and neither stopped nor dropped.
    pub(crate) fn running(&self) -> i64 {
        self.running.load(Ordering::SeqCst)
    }
}

/// One public route at `/`.
pub(crate) fn routes_json() -> Value {
    json!([{
        "method": "get", "path": { "path": "/", "end": true }, "auth": { "allow": "public" },
        "type": "function", "options": { "name": "home" },
    }])
}

/// An app with one route and these migrations: `1` is up to 1, `-1` is down from 1.
pub(crate) fn learned(migrations: &[i32]) -> Learned {
    Learned {
        routes: routes_json(),
        migrations: migrations
            .iter()
            .map(|&number| MigrationStep {
                direction: if number < 0 {
                    Direction::Down
                } else {
                    Direction::Up
                },
                schema: Schema(number.unsigned_abs()),
            })
            .collect(),
        permissions: Value::Null,
    }
}

#[async_trait]
impl Engine for FakeEngine {
    async fn start(&self, spec: SandboxSpec) -> Result<Box<dyn Sandbox>, StartError> {
        assert_eq!(spec.task, Task::Learn);
        assert!(spec.appspace.is_none());
        assert!(spec.code.run.join(&spec.code.entry).is_file());
        self.started.fetch_add(1, Ordering::SeqCst);
        let script = self.script.lock().unwrap().clone();
        let script = script.unwrap_or_else(|| Script::Says(learned(&[])));
        match script {
            Script::NoEngine => return Err(StartError::Engine("Deno is missing".to_owned())),
            Script::Throws(message) => {
                let message = message.to_owned();
                return Err(StartError::App { message });
            }
            Script::Panics => panic!("on purpose"),
            _ => {}
        }
        self.running.fetch_add(1, Ordering::SeqCst);
        Ok(Box::new(FakeSandbox {
            id: spec.id,
            script,
            running: self.running.clone(),
        }))
    }
}

struct FakeSandbox {
    id: SandboxId,
    script: Script,
    running: Arc<AtomicI64>,
}

impl Drop for FakeSandbox {
    fn drop(&mut self) {
        self.running.fetch_sub(1, Ordering::SeqCst);
    }
}

#[async_trait]
impl Sandbox for FakeSandbox {
    fn id(&self) -> SandboxId {
        self.id
    }

    async fn request(&self, _: Call, _: Request<Body>) -> Result<Response<Body>, RequestError> {
        unreachable!("installing sends no requests")
    }

    async fn learn(&self) -> Result<Learned, ControlError> {
        match &self.script {
            Script::Says(learned) => Ok(learned.clone()),
            Script::FailsToSay(message) => Err(ControlError::App((*message).to_owned())),
            Script::Waits(notify) => {
                notify.notified().await;
                Ok(learned(&[]))
            }
            Script::Throws(_) | Script::NoEngine | Script::Panics => unreachable!(),
        }
    }

    async fn migrate(&self, _: Schema, _: Schema) -> Result<(), ControlError> {
        unreachable!("installing does not migrate")
    }

    async fn stop(&self, _: StopReason) {}

    async fn ended(&self) -> Death {
        Death::Exited(0)
    }
}
