//! What the pool knows of one appspace.

use std::{sync::Arc, time::Duration};

use ds_core::Timestamp;
use tokio::{sync::watch, time::Instant};
use tokio_util::sync::CancellationToken;

use super::{
    callers::{Callers, Place},
    crashes::Crashes,
    idle::Stamp,
    running::Running,
};

/// What came of a start or a stop; `None` while it is going on.
pub(super) type End = watch::Receiver<Option<Ended>>;
/// Tells what came of it.
pub(super) type Tell = watch::Sender<Option<Ended>>;

/// What a start or a stop ended with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// The sandbox is ready after all.
    Ready,
    /// There is none.
    Gone,
}

/// The sandbox of one appspace.
///
/// ```text
///             get()           room             ready                stop(), idle, pressure
///   Asleep ─────────▶ Queued ──────▶ Starting ───────▶ Running(r) ─────────────────────────▶ Stopping(r)
///     ▲                │  ▲             │ failed,          │ died                               │ ended
///     │   all gave up  │  │ somebody    │ given up         │                                    │
///     ├────────────────┘  │ waits       ▼                  ▼                                    ▼
///     └───────────────────┴─────────────┴──────────────────┴────────────────────────────────────┘
/// ```
///
/// Callers wait in line in every state but `Asleep`. While it is `Queued` there is at least one; while it is
/// `Running` there are some only if it has as many requests as it is given at once.
#[derive(Default)]
pub(super) enum State {
    #[default]
    Asleep,
    /// Waits for room, at this place of the pool's line.
    Queued(Place),
    Starting(Starting),
    Running(Awake),
    Stopping(Stopping),
}

/// A start that goes on.
pub(super) struct Starting {
    pub(super) cancel: CancellationToken,
    pub(super) tell: Tell,
}

/// A sandbox that answers.
pub(super) struct Awake {
    pub(super) running: Arc<Running>,
    pub(super) uses: usize,
    /// The memory it is counted as.
    pub(super) weight: u64,
    /// Since when nobody uses it.
    pub(super) idle: Option<(Stamp, Instant)>,
}

/// A sandbox that nobody can begin to use.
pub(super) struct Stopping {
    pub(super) running: Arc<Running>,
    pub(super) weight: u64,
    pub(super) tell: Tell,
}

/// An appspace's sandbox, who waits for it, and how often it crashed lately.
#[derive(Default)]
pub(super) struct Slot {
    pub(super) state: State,
    pub(super) callers: Callers,
    pub(super) crashes: Crashes,
}

impl Slot {
    pub(super) fn is_running(&self) -> bool {
        matches!(self.state, State::Running(_))
    }

    /// Its sandbox, if it is this one and can be used.
    pub(super) fn awake(&mut self, running: &Arc<Running>) -> Option<&mut Awake> {
        match &mut self.state {
            State::Running(awake) if Arc::ptr_eq(&awake.running, running) => Some(awake),
            _ => None,
        }
    }

    pub(super) fn has(&self, running: &Arc<Running>) -> bool {
        match &self.state {
            State::Running(Awake { running: own, .. })
            | State::Stopping(Stopping { running: own, .. }) => Arc::ptr_eq(own, running),
            _ => false,
        }
    }

    /// Whether nothing is known of the appspace that is worth memory.
    pub(super) fn is_over(&self, now: Timestamp, window: Duration) -> bool {
        matches!(self.state, State::Asleep) && !self.crashes.are_recent(now, window)
    }
}
