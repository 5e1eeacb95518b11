//! A running sandbox and who is using it.

use std::{
    fmt,
    ops::Deref,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

use crate::Sandbox;

/// A sandbox that is shared by those who use it.
pub(super) struct Running {
    sandbox: Box<dyn Sandbox>,
    uses: Mutex<Uses>,
    /// Told when the last user leaves.
    unused: Notify,
}

struct Uses {
    count: usize,
    /// When the last user left.
    since: Instant,
}

impl Running {
    pub(super) fn new(sandbox: Box<dyn Sandbox>) -> Arc<Self> {
        Arc::new(Self {
            sandbox,
            uses: Mutex::new(Uses {
                count: 0,
                since: Instant::now(),
            }),
            unused: Notify::new(),
        })
    }

    pub(super) fn sandbox(&self) -> &(dyn Sandbox + 'static) {
        &*self.sandbox
    }

    pub(super) fn enter(self: &Arc<Self>) -> Using {
        self.lock().count += 1;
        Using(Arc::clone(self))
    }

    pub(super) fn is_idle(&self, for_at_least: Duration) -> bool {
        let uses = self.lock();
        uses.count == 0 && uses.since.elapsed() >= for_at_least
    }

    /// Resolves when nobody has used it for so long. A busy sandbox costs one look per period.
    pub(super) async fn idle(&self, period: Duration) {
        loop {
            let (busy, since) = {
                let uses = self.lock();
                (uses.count > 0, uses.since)
            };
            if busy {
                self.unused.notified().await;
            } else if since.elapsed() >= period {
                return;
            } else {
                sleep_until(since + period).await;
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Uses> {
        self.uses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One use of a running sandbox; it is not idle until every use is dropped. A response body keeps its own.
#[must_use = "a sandbox that nobody uses is stopped after a while"]
pub struct Using(Arc<Running>);

impl Using {
    /// Another use of the same sandbox.
    pub(super) fn again(&self) -> Self {
        self.0.enter()
    }
}

impl Deref for Using {
    type Target = dyn Sandbox;
    fn deref(&self) -> &Self::Target {
        self.0.sandbox()
    }
}

impl Drop for Using {
    fn drop(&mut self) {
        let mut uses = self.0.lock();
        uses.count -= 1;
        if uses.count == 0 {
            uses.since = Instant::now();
            drop(uses);
            self.0.unused.notify_one();
        }
    }
}

impl fmt::Debug for Using {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Using").field(&self.0.sandbox.id()).finish()
    }
}
