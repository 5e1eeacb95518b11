//! A running Deno sandbox.

use std::{
    pin::pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use ds_core::{MigrationStep, SandboxId, Schema};
use http::{Request, Response};
use serde::Deserialize;
use serde_json::Value;
use tokio::{
    runtime::Handle,
    time::{Instant, sleep_until, timeout, timeout_at},
};

use super::{
    client::{Client, Sending, to_sandbox},
    compiled::Compiled,
    control::{Control, Question},
    state::{State, States},
    watching::Watched,
};
use crate::{
    Body, BoxError, Call, ControlError, Death, Learned, Limits, RequestError, Sandbox, StopReason,
};

/// How long a broken connection is given to turn out to be a process that ended.
const TO_SEE_ITS_END: Duration = Duration::from_secs(3);
/// How long a harness has to show that it is not caught in a loop.
const TO_ANSWER: Duration = Duration::from_secs(5);

/// One process that runs one app's code.
pub(super) struct DenoSandbox {
    pub(super) id: SandboxId,
    pub(super) limits: Limits,
    pub(super) client: Arc<Client>,
    pub(super) control: Arc<Control>,
    pub(super) process: ProcessHandle,
    pub(super) watched: Arc<Watched>,
    /// Whether it is being checked for being caught in a loop.
    pub(super) doubted: Arc<AtomicBool>,
    /// What was compiled of the app's script, until that is seen to.
    pub(super) compiled: Mutex<Option<Compiled>>,
}

/// Kills the process when dropped.
pub(super) struct ProcessHandle(pub(super) Arc<States>);

impl Drop for ProcessHandle {
    fn drop(&mut self) {
        self.0.kill();
    }
}

/// What a harness answers when it is asked what the app can do.
#[derive(Deserialize)]
struct LearnedAnswer {
    routes: Value,
    migrations: Vec<MigrationStep>,
    permissions: Value,
}

impl DenoSandbox {
    /// After the first response, what was compiled for it is kept for the next start.
    fn see_to_compiled(&self) {
        let compiled = self
            .compiled
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(compiled) = compiled {
            let (control, states) = (Arc::clone(&self.control), Arc::clone(&self.process.0));
            tokio::spawn(compiled.learn(control, states));
        }
    }

    async fn send(
        &self,
        request: Request<Body>,
        sending: Arc<Sending>,
    ) -> Result<Response<Body>, RequestError> {
        match self.client.send(request, sending).await {
            // Hyper hands out 101 alone of its kind; after it no HTTP would follow, and nobody asked for that.
            Ok(response) if response.status().is_informational() => {
                let status = response.status();
                Err(RequestError::Broken(
                    format!("it answered {status}, and nobody asked it to").into(),
                ))
            }
            Ok(response) => Ok(response),
            Err(error) => Err(self.why(error).await),
        }
    }

    async fn why(&self, error: BoxError) -> RequestError {
        match timeout(TO_SEE_ITS_END, self.process.0.dead()).await {
            Ok(death) => RequestError::Ended(death),
            Err(_) => RequestError::Broken(error),
        }
    }
}

/// A request that is not answered yet. A client that went away must not hide that nobody would have been.
struct Unanswered<'a> {
    by: &'a DenoSandbox,
    due: Instant,
    answered: bool,
}

impl Drop for Unanswered<'_> {
    /// A handler that takes too long may only be slow. A process that does not even answer the harness's own
    /// question is caught in a loop, serves nobody, and is killed, so that the next request starts another.
    fn drop(&mut self) {
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        if self.answered || self.by.doubted.swap(true, Ordering::Relaxed) {
            return;
        }
        let due = self.due;
        let (control, states) = (Arc::clone(&self.by.control), Arc::clone(&self.by.process.0));
        let doubted = Arc::clone(&self.by.doubted);
        runtime.spawn(async move {
            tokio::select! { () = sleep_until(due) => {} _ = states.dead() => return }
            if let Err(ControlError::TimedOut { .. }) = control.ask(Question::Ping, TO_ANSWER).await
            {
                states.kill();
            }
            doubted.store(false, Ordering::Relaxed);
        });
    }
}

#[async_trait]
impl Sandbox for DenoSandbox {
    fn id(&self) -> SandboxId {
        self.id
    }

    async fn request(
        &self,
        call: Call,
        request: Request<Body>,
    ) -> Result<Response<Body>, RequestError> {
        let request =
            to_sandbox(&call, request).map_err(|error| RequestError::Broken(error.into()))?;
        let after = self.limits.response;
        let mut unanswered = Unanswered {
            by: self,
            due: Instant::now() + after,
            answered: false,
        };
        let sending = Sending::new();
        let mut answer = pin!(self.send(request, Arc::clone(&sending)));
        loop {
            // As long as pieces of the request arrive, the app's time to answer has not begun.
            let due = sending.quiet_since() + after;
            if let Ok(answer) = timeout_at(due, answer.as_mut()).await {
                unanswered.answered = true;
                self.see_to_compiled();
                return answer;
            }
            if sending.quiet_since() + after <= Instant::now() {
                return Err(RequestError::TimedOut { after });
            }
        }
    }

    async fn learn(&self) -> Result<Learned, ControlError> {
        let answer = self.control.ask(Question::Learn, self.limits.start).await?;
        let answer: LearnedAnswer = serde_json::from_value(answer)
            .map_err(|error| ControlError::Protocol(error.to_string()))?;
        Ok(Learned {
            routes: answer.routes,
            migrations: answer.migrations,
            permissions: answer.permissions,
        })
    }

    async fn migrate(&self, from: Schema, to: Schema) -> Result<(), ControlError> {
        let question = Question::Migrate { from, to };
        self.control.ask(question, self.limits.migration).await?;
        Ok(())
    }

    async fn stop(&self, reason: StopReason) {
        self.process.0.go(State::Stopping(reason));
        // The harness waits for open connections; those that nobody uses are ours to close.
        self.client.close_idle();
        self.process.0.dead().await;
    }

    async fn ended(&self) -> Death {
        self.process.0.dead().await
    }

    fn memory(&self) -> u64 {
        self.watched.memory()
    }
}
