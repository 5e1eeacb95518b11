//! The sandboxes that serve appspaces: started on demand, shared by requests, stopped when idle.

mod crashes;
mod running;
mod slot;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use ds_core::{AppspaceId, Clock, Closes, SystemClock};
use futures_util::future::join_all;

use self::slot::{Next, Slot, ToStop};
use crate::{Death, Engine, SandboxSpec, StartError, StopReason};

pub use self::running::Using;

/// How the pool behaves.
#[derive(Clone)]
pub struct PoolConfig {
    /// How long a sandbox that nobody uses is kept.
    pub idle: Duration,
    /// After this many crashes in a row an appspace's code is left alone for a while.
    pub crash_limit: u32,
    /// Crashes further apart than this are not "in a row".
    pub crash_window: Duration,
    /// Tells when crashes were.
    pub clock: Arc<dyn Clock>,
}

impl Default for PoolConfig {
    fn default() -> Self {
        Self {
            idle: Duration::from_mins(5),
            crash_limit: 3,
            crash_window: Duration::from_mins(1),
            clock: Arc::new(SystemClock),
        }
    }
}

/// The running sandboxes, at most one per appspace.
pub struct Sandboxes {
    engine: Arc<dyn Engine>,
    config: PoolConfig,
    slots: Mutex<HashMap<AppspaceId, Slot>>,
    started: AtomicU64,
    /// Itself, for the tasks that mind its sandboxes.
    this: Weak<Self>,
}

impl Sandboxes {
    /// A pool without sandboxes.
    #[must_use]
    pub fn new(engine: Arc<dyn Engine>, config: PoolConfig) -> Arc<Self> {
        Arc::new_cyclic(|this| Self {
            engine,
            config,
            slots: Mutex::default(),
            started: 0.into(),
            this: this.clone(),
        })
    }

    /// The appspace's sandbox, started if it is not running. However many ask at once, one is started; if
    /// the one before is still stopping, its end is awaited first.
    ///
    /// # Errors
    /// If it does not start, or has crashed too often lately.
    pub async fn get(
        &self,
        appspace: AppspaceId,
        spec: impl FnOnce() -> SandboxSpec + Send,
    ) -> Result<Using, StartError> {
        let mut spec = Some(spec);
        loop {
            match self.next(appspace, &mut spec)? {
                Next::Use(using) => return Ok(using),
                Next::WaitForEnd(mut end) => {
                    let _ = end.wait_for(|over| *over).await;
                }
                Next::Wait(mut start) => match start.wait_for(Option::is_some).await.as_deref() {
                    Ok(Some(Ok(using))) => return Ok(using.again()),
                    Ok(Some(Err(error))) => return Err(error.again()),
                    // The start was given up, which only a runtime that ends does.
                    Ok(None) | Err(_) => {
                        return Err(StartError::Ended(Death::Stopped {
                            reason: StopReason::Shutdown,
                            killed: false,
                        }));
                    }
                },
            }
        }
    }

    /// Stops the appspace's sandbox, if it has one, and returns when it has ended. What asks for it
    /// afterwards starts another: callers hold the appspace's gate.
    pub async fn stop(&self, appspace: AppspaceId, reason: StopReason) {
        loop {
            let mut end = match self.to_stop(appspace) {
                ToStop::Nothing => return,
                ToStop::Wait(mut start) => {
                    let _ = start.wait_for(Option::is_some).await;
                    continue;
                }
                ToStop::WaitForEnd(end) => end,
                ToStop::Stop(running, end) => {
                    // In a task of its own: once begun it goes on, even if the caller gives up.
                    tokio::spawn(async move { running.sandbox().stop(reason).await });
                    end
                }
            };
            let _ = end.wait_for(|over| *over).await;
        }
    }

    /// Stops every sandbox and returns when all have ended.
    pub async fn stop_all(&self, reason: StopReason) {
        let all: Vec<AppspaceId> = self.lock().keys().copied().collect();
        join_all(all.into_iter().map(|appspace| self.stop(appspace, reason))).await;
    }

    /// Whether the appspace has a sandbox that is ready.
    #[must_use]
    pub fn running(&self, appspace: AppspaceId) -> bool {
        self.lock().get(&appspace).is_some_and(Slot::is_running)
    }

    /// How many starts there were since the pool was made.
    #[must_use]
    pub fn started(&self) -> u64 {
        self.started.load(Ordering::Relaxed)
    }

    fn count_start(&self) {
        self.started.fetch_add(1, Ordering::Relaxed);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<AppspaceId, Slot>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Closes for Sandboxes {
    async fn close(&self, appspace: AppspaceId) {
        self.stop(appspace, StopReason::AtRest).await;
    }
}
