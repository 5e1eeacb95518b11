//! The life of a sandbox's process.

use std::sync::OnceLock;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::{Breach, Death, StopReason};

/// Where a process is in its life.
///
/// ```text
///   Starting ──(the app is ready)──▶ Ready ──(asked to stop)──▶ Stopping ──(ended)──▶ Dead
///      │  └────────(asked to stop)──────│──────────────────────────▲                   ▲
///      └──────────(ended by itself)─────┴──────────────────────────────────────────────┘
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// The process is there; the app is being loaded.
    Starting,
    /// The app answers requests.
    Ready,
    /// It was asked to end: by the harness first, then with SIGTERM, then with SIGKILL.
    Stopping(StopReason),
    /// The process has ended and what it left behind is removed.
    Dead(Death),
}

impl State {
    fn may_become(&self, next: &Self) -> bool {
        matches!(
            (self, next),
            (Self::Starting, Self::Ready)
                | (Self::Starting | Self::Ready, Self::Stopping(_))
                | (
                    Self::Starting | Self::Ready | Self::Stopping(_),
                    Self::Dead(_)
                )
        )
    }
}

/// The state of one process, and who waits for it to change.
#[derive(Debug)]
pub(super) struct States {
    state: watch::Sender<State>,
    /// Do not be polite: kill it.
    kill: CancellationToken,
    breach: OnceLock<Breach>,
}

impl States {
    pub(super) fn new() -> Self {
        Self {
            state: watch::Sender::new(State::Starting),
            kill: CancellationToken::new(),
            breach: OnceLock::new(),
        }
    }

    /// Goes on to the next state if the present one may become it.
    pub(super) fn go(&self, next: State) -> bool {
        self.state.send_if_modified(|state| {
            let may = state.may_become(&next);
            if may {
                *state = next;
            }
            may
        })
    }

    /// Whether it is in this state now.
    pub(super) fn is(&self, state: &State) -> bool {
        *self.state.borrow() == *state
    }

    /// Ends the process without asking it; it is only ever done to one that does not behave.
    pub(super) fn kill(&self) {
        self.go(State::Stopping(StopReason::Unresponsive));
        self.kill.cancel();
    }

    /// Ends the process because it did not keep to a limit.
    pub(super) fn breached(&self, breach: Breach) {
        let _ = self.breach.set(breach);
        self.kill();
    }

    /// The limit that it did not keep to, if that is why it ends.
    pub(super) fn breach(&self) -> Option<Breach> {
        self.breach.get().copied()
    }

    pub(super) fn killing(&self) -> impl Future<Output = ()> + '_ {
        self.kill.cancelled()
    }

    /// Resolves when it is asked to stop, with why.
    pub(super) async fn stopping(&self) -> StopReason {
        self.until(|state| match state {
            State::Stopping(reason) => Some(*reason),
            _ => None,
        })
        .await
    }

    /// Resolves when it has ended, with how.
    pub(super) async fn dead(&self) -> Death {
        self.until(|state| match state {
            State::Dead(death) => Some(death.clone()),
            _ => None,
        })
        .await
    }

    /// Why it was asked to stop, if it was.
    pub(super) fn stop_reason(&self) -> Option<StopReason> {
        match *self.state.borrow() {
            State::Stopping(reason) => Some(reason),
            _ => None,
        }
    }

    async fn until<T>(&self, mut found: impl FnMut(&State) -> Option<T>) -> T {
        let mut changes = self.state.subscribe();
        loop {
            if let Some(value) = found(&changes.borrow_and_update()) {
                return value;
            }
            // The sender lives in `self`: there is always a next change to wait for.
            if changes.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> [State; 4] {
        [
            State::Starting,
            State::Ready,
            State::Stopping(StopReason::Idle),
            State::Dead(Death::Exited(0)),
        ]
    }

    #[test]
    fn the_drawing_is_the_table() {
        // Rows: from; columns: to; both in the order of `all`.
        let allowed = [
            [false, true, true, true],
            [false, false, true, true],
            [false, false, false, true],
            [false, false, false, false],
        ];
        for (from, row) in all().iter().zip(allowed) {
            for (to, expect) in all().iter().zip(row) {
                assert_eq!(from.may_become(to), expect, "{from:?} -> {to:?}");
            }
        }
    }

    #[tokio::test]
    async fn the_first_reason_stands_and_waiters_are_told() {
        let states = States::new();
        assert!(states.go(State::Ready));
        assert!(states.go(State::Stopping(StopReason::Idle)));
        assert!(!states.go(State::Stopping(StopReason::Shutdown)));
        states.kill();
        assert_eq!(states.stopping().await, StopReason::Idle);
        assert!(states.go(State::Dead(Death::Signalled(9))));
        assert_eq!(states.dead().await, Death::Signalled(9));
        assert_eq!(states.stop_reason(), None);
    }
}
