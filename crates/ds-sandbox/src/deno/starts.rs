//! Starts that go on, so that what is left of one that was given up can be waited for.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use ds_core::SandboxId;
use tokio::sync::watch;

use super::state::States;

/// The process of a start, once there is one.
type Process = watch::Receiver<Option<Arc<States>>>;

/// All starts of an engine that were not settled.
#[derive(Default)]
pub(super) struct Starts(Mutex<HashMap<SandboxId, Process>>);

impl Starts {
    /// Notes a start. Its process is told through what is returned.
    pub(super) fn begin(&self, id: SandboxId) -> watch::Sender<Option<Arc<States>>> {
        let (process, known) = watch::channel(None);
        let mut starts = self.lock();
        // Of those that were given up and that nobody asked about.
        starts.retain(|_, process| process.has_changed().is_ok() || process.borrow().is_some());
        starts.insert(id, known);
        process
    }

    /// It has become what it was to become, or nothing is left of it.
    pub(super) fn settled(&self, id: SandboxId) {
        self.lock().remove(&id);
    }

    /// Resolves when nothing is left of a start whose future was dropped.
    pub(super) async fn given_up(&self, id: SandboxId) {
        let Some(mut process) = self.lock().remove(&id) else {
            return;
        };
        // One that was never made is gone, too.
        let states = match process.wait_for(Option::is_some).await.as_deref() {
            Ok(Some(states)) => Arc::clone(states),
            _ => return,
        };
        states.kill();
        states.dead().await;
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SandboxId, Process>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
