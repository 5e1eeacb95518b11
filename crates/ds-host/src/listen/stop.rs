//! Stopping gently: no new connections, open requests finish, and after a while what remains is cut.

use std::time::Duration;

use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// How long what was cut may take to end.
const LAST: Duration = Duration::from_secs(5);

/// Tells everything to stop, and knows what has not stopped yet. Clones are the same.
///
/// ```text
///   running ──ask──▶ draining ──all tasks ended──▶ stopped
///                        └──time is up: cut──▶ stopped
/// ```
#[derive(Clone, Debug, Default)]
pub struct Stop {
    asked: CancellationToken,
    cut: CancellationToken,
    tasks: TaskTracker,
}

impl Stop {
    /// Runs something that [`Stop::drain`] waits for.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(task);
    }

    /// Asks everything to stop.
    pub fn ask(&self) {
        self.asked.cancel();
    }

    /// Resolves when stopping was asked for.
    pub async fn asked(&self) {
        self.asked.cancelled().await;
    }

    /// Resolves when the time to stop gently is over.
    pub async fn cut(&self) {
        self.cut.cancelled().await;
    }

    /// Asks, waits as long as `grace` for tasks to end, then cuts the rest. Says whether all ended by themselves.
    /// What does not even let itself be cut is left behind.
    pub async fn drain(&self, grace: Duration) -> bool {
        self.ask();
        self.tasks.close();
        let gentle = tokio::time::timeout(grace, self.tasks.wait()).await.is_ok();
        self.cut.cancel();
        if tokio::time::timeout(LAST, self.tasks.wait()).await.is_err() {
            tracing::warn!("some work did not end; it is undone when the host starts again");
        }
        gentle
    }
}
