//! The sandboxes that serve appspaces: started on demand, shared by requests, stopped when idle.
//!
//! # When there is not enough room
//!
//! Room is memory ([`PoolConfig::memory_budget`]) and processor time to start with
//! ([`PoolConfig::starts_at_once`]). Who finds none waits in line: each appspace stands in it once, however
//! many requests wait for it, and starts are given in the order of the appspaces' first requests. To make
//! room for them, sandboxes that nobody uses are stopped, the one not used for longest first. A sandbox
//! that is being used is never stopped for another: if all are, the line waits until one becomes idle or
//! ends, and whoever has waited for [`PoolConfig::queue`] is told that the host is busy. So an appspace that
//! keeps its own sandbox busy keeps that one and takes nobody else's turn; an app that holds more memory
//! than its share is for [`Limits`](crate::Limits) to bound.

mod book;
mod callers;
mod config;
mod crashes;
mod effects;
mod idle;
mod room;
mod running;
mod slot;
mod wait;
mod wake;

use std::sync::{
    Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak,
    atomic::{AtomicU64, Ordering},
};

use async_trait::async_trait;
use ds_core::{AppspaceId, Closes};
use futures_util::future::join_all;
use tokio::runtime::Handle;

use self::{
    book::{Book, ToStop},
    effects::Effects,
    running::Running,
    slot::{Ended, Slot},
};
use crate::{Engine, SandboxSpec, StartError, StopReason};

pub use self::{config::PoolConfig, running::Using};

/// The running sandboxes, at most one per appspace.
pub struct Sandboxes {
    engine: Arc<dyn Engine>,
    book: Mutex<Book>,
    started: AtomicU64,
    /// Where its tasks run. The last use of a sandbox may end anywhere.
    runtime: OnceLock<Handle>,
    /// Itself, for the tasks that mind its sandboxes.
    this: Weak<Self>,
}

/// How full the pool is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Overview {
    /// Sandboxes that are ready.
    pub awake: usize,
    /// Sandboxes that start.
    pub starting: usize,
    /// Appspaces that wait for room to start theirs.
    pub queued: usize,
    /// What all sandboxes are counted as together, those that are stopping included, in bytes.
    pub memory: u64,
    /// How much that may be, in bytes; 0 if nobody counts.
    pub budget: u64,
}

impl Sandboxes {
    /// A pool without sandboxes.
    #[must_use]
    pub fn new(engine: Arc<dyn Engine>, config: PoolConfig) -> Arc<Self> {
        Arc::new_cyclic(|this| Self {
            engine,
            book: Mutex::new(Book::new(config)),
            started: 0.into(),
            runtime: OnceLock::new(),
            this: this.clone(),
        })
    }

    /// The appspace's sandbox, started if it is not running. However many ask at once, one is started; if
    /// the one before is still stopping, its end is awaited first. Callers get it in the order they came;
    /// one that gives up leaves the line.
    ///
    /// # Errors
    /// If it does not start, has crashed too often lately, or there was no room for it in time.
    pub async fn get(
        &self,
        appspace: AppspaceId,
        spec: impl FnOnce() -> SandboxSpec + Send,
    ) -> Result<Using, StartError> {
        self.wait_for(appspace, spec).await
    }

    /// Stops the appspace's sandbox, if it has one, and returns when it has ended; a start is given up. What
    /// asks for it afterwards, or still waits, starts another: callers hold the appspace's gate. Those who
    /// wait when the host is stopping ([`StopReason::Shutdown`]) are told so.
    pub async fn stop(&self, appspace: AppspaceId, reason: StopReason) {
        loop {
            let to_stop = self.step(|book, effects| book.stop(appspace, reason, effects));
            let ToStop::Wait(mut end) = to_stop else {
                return;
            };
            let ended = end.wait_for(Option::is_some).await;
            // A start may be over before it can be given up.
            if !matches!(ended.as_deref(), Ok(Some(Ended::Ready))) {
                return;
            }
        }
    }

    /// Stops every sandbox and returns when all have ended.
    pub async fn stop_all(&self, reason: StopReason) {
        let all: Vec<AppspaceId> = self.lock().slots.keys().copied().collect();
        if reason == StopReason::Shutdown {
            // All of them first: else the room that one leaves is given to the next.
            self.step(|book, effects| {
                for appspace in &all {
                    book.turn_away(*appspace, effects);
                }
            });
        }
        join_all(all.into_iter().map(|appspace| self.stop(appspace, reason))).await;
    }

    /// Reads anew how much memory the sandboxes take, stops idle ones if it is too much, and gives the room
    /// there is to who waits for it. To be called each second: that costs a look at each running sandbox.
    pub fn relieve(&self) {
        self.step(|book, _| book.relieve());
    }

    /// How full the pool is.
    #[must_use]
    pub fn overview(&self) -> Overview {
        let book = self.lock();
        Overview {
            awake: book.slots.values().filter(|slot| slot.is_running()).count(),
            starting: book.room.starting(),
            queued: book.line.len(),
            memory: book.room.used(),
            budget: book.room.budget(),
        }
    }

    /// Whether the appspace has a sandbox that is ready.
    #[must_use]
    pub fn running(&self, appspace: AppspaceId) -> bool {
        self.lock()
            .slots
            .get(&appspace)
            .is_some_and(Slot::is_running)
    }

    /// How many starts there were since the pool was made.
    #[must_use]
    pub fn started(&self) -> u64 {
        self.started.load(Ordering::Relaxed)
    }

    fn count_start(&self) {
        self.started.fetch_add(1, Ordering::Relaxed);
    }

    /// A use has ended.
    fn leave(&self, running: &Arc<Running>) {
        self.step(|book, effects| book.leave(running, effects));
    }

    /// Takes one step in the book, and does what follows when the book is free again.
    fn step<T>(&self, step: impl FnOnce(&mut Book, &mut Effects) -> T) -> T {
        let mut effects = Effects::default();
        let done = {
            let mut book = self.lock();
            let done = step(&mut book, &mut effects);
            book.settle(&mut effects);
            done
        };
        effects.happen(self);
        done
    }

    fn lock(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Closes for Sandboxes {
    async fn close(&self, appspace: AppspaceId) {
        self.stop(appspace, StopReason::AtRest).await;
    }
}
