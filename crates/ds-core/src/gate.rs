//! Who may use an appspace right now.
//!
//! ```text
//!                  enter()                       hold(reason)
//!   open ───────────────────▶ Lease     open ───────────────────▶ closing ──(last lease ends)──▶ Hold
//!    ▲                          │         ▲                          │ enter() is refused;         │
//!    └──────── drop ────────────┘         │                          │ Lease::closing() resolves   │
//!                                         └──────────────────────── drop ◀────────────────────────┘
//! ```
//!
//! Beside holds, which pass, a gate has standing closures ([`Closure`]), which stay until they are lifted:
//! a hold can be had on a paused appspace, and the gate stays shut after it.

use std::{
    collections::{BTreeSet, HashMap},
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{Mutex as Turn, OwnedMutexGuard, watch};

use crate::{Appspace, AppspaceId};

/// Why an appspace is at rest for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It is being made.
    Creating,
    /// Its data is being migrated.
    Migrating,
    /// A snapshot is being taken.
    Snapshot,
    /// Older data is being put back.
    Restoring,
    /// Its code was changed (ds-dev).
    Reloading,
    /// Its owner pauses it.
    Pausing,
    /// It is being removed.
    Deleting,
}

/// Why an appspace is closed until further notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Closure {
    /// The owner paused it.
    Paused,
    /// Its data has another schema than its app expects.
    WrongSchema,
    /// The host is stopping.
    Stopping,
}

/// Why [`Gate::enter`] refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Closed {
    /// Something is being done to it at rest.
    #[error("it is {0} and will be back shortly")]
    Held(Reason),
    /// It is closed until further notice.
    #[error("it is {0}")]
    Standing(Closure),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Creating => "being set up",
            Self::Migrating => "being upgraded",
            Self::Snapshot => "being backed up",
            Self::Restoring => "being restored",
            Self::Reloading => "being reloaded",
            Self::Pausing => "being paused",
            Self::Deleting => "being deleted",
        })
    }
}

impl fmt::Display for Closure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Paused => "paused by its owner",
            Self::WrongSchema => "waiting for its data to be migrated",
            Self::Stopping => "on a host that is shutting down",
        })
    }
}

#[derive(Default)]
struct State {
    leases: usize,
    held: Option<Reason>,
    standing: BTreeSet<Closure>,
}

impl State {
    fn closed(&self) -> Option<Closed> {
        let standing = self.standing.first().copied().map(Closed::Standing);
        standing.or(self.held.map(Closed::Held))
    }
}

struct Shared {
    appspace: AppspaceId,
    /// Who may enter and how many are inside, in one place: a check and a count can never disagree.
    state: watch::Sender<State>,
    /// Holds queue here, first come first served.
    turn: Arc<Turn<()>>,
}

/// The gate of one appspace. Clones are the same gate.
#[derive(Clone)]
pub struct Gate(Arc<Shared>);

/// One use of an open appspace; dropping it ends the use. A response body or live session keeps its lease
/// until it ends.
#[must_use = "a lease that is dropped admits nobody"]
pub struct Lease(Gate);

/// Proof that an appspace is closed and that nothing is using it; dropping it reopens the gate (unless a
/// standing closure keeps it shut). Everything that touches data at rest takes `&Hold`.
#[must_use = "a hold that is dropped holds nothing"]
pub struct Hold {
    gate: Gate,
    _turn: OwnedMutexGuard<()>,
}

impl Gate {
    /// A gate that is open.
    #[must_use]
    pub fn new(appspace: AppspaceId) -> Self {
        Self(Arc::new(Shared {
            appspace,
            state: watch::Sender::default(),
            turn: Arc::default(),
        }))
    }

    /// The appspace this is the gate of.
    #[must_use]
    pub fn appspace(&self) -> AppspaceId {
        self.0.appspace
    }

    /// Enters the appspace.
    ///
    /// # Errors
    /// If it is at rest or closed, with the reason.
    pub fn enter(&self) -> Result<Lease, Closed> {
        let mut refused = None;
        self.0.state.send_if_modified(|state| {
            refused = state.closed();
            state.leases += usize::from(refused.is_none());
            refused.is_none()
        });
        refused.map_or_else(|| Ok(Lease(self.clone())), Err)
    }

    /// Closes the gate and waits until every lease has ended. Holds queue behind each other. A wait that is
    /// given up reopens the gate.
    pub async fn hold(&self, reason: Reason) -> Hold {
        let turn = Arc::clone(&self.0.turn).lock_owned().await;
        self.0.state.send_modify(|state| state.held = Some(reason));
        // Made before the wait, so that dropping this future reopens.
        let hold = Hold {
            gate: self.clone(),
            _turn: turn,
        };
        // The sender lives in `self`, so the wait cannot fail.
        let _ = self
            .0
            .state
            .subscribe()
            .wait_for(|state| state.leases == 0)
            .await;
        hold
    }

    /// Closes the gate until [`Gate::lift`]. Leases that are out stay out; new ones are refused.
    pub fn close(&self, closure: Closure) {
        self.0.state.send_modify(|state| {
            state.standing.insert(closure);
        });
    }

    /// Takes a standing closure away.
    pub fn lift(&self, closure: Closure) {
        self.0.state.send_modify(|state| {
            state.standing.remove(&closure);
        });
    }

    /// Why nobody may enter right now, if so.
    #[must_use]
    pub fn closed(&self) -> Option<Closed> {
        self.0.state.borrow().closed()
    }

    /// How many are inside right now.
    #[must_use]
    pub fn leases(&self) -> usize {
        self.0.state.borrow().leases
    }
}

impl Lease {
    /// Resolves when the gate closes: time to say goodbye. A lease that stays is cut after a grace period.
    pub async fn closing(&self) {
        let _ = self
            .0
            .0
            .state
            .subscribe()
            .wait_for(|state| state.closed().is_some())
            .await;
    }

    /// The appspace that was entered.
    #[must_use]
    pub fn appspace(&self) -> AppspaceId {
        self.0.appspace()
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.0.0.state.send_modify(|state| state.leases -= 1);
    }
}

impl Hold {
    /// The appspace that is held.
    #[must_use]
    pub fn appspace(&self) -> AppspaceId {
        self.gate.appspace()
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.gate.0.state.send_modify(|state| state.held = None);
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.0.state.borrow();
        f.debug_struct("Gate")
            .field("appspace", &self.0.appspace)
            .field("leases", &state.leases)
            .field("held", &state.held)
            .field("standing", &state.standing)
            .finish()
    }
}

/// The gates of all appspaces that were asked for since start.
#[derive(Clone, Default)]
pub struct Gates(Arc<Mutex<GateMap>>);

#[derive(Default)]
struct GateMap {
    gates: HashMap<AppspaceId, Gate>,
    stopping: bool,
}

impl Gates {
    /// The gate of an appspace, shut from the start if the appspace is recorded as paused.
    #[must_use]
    pub fn of(&self, appspace: &Appspace) -> Gate {
        self.gate(appspace.id, |gate| {
            if appspace.paused {
                gate.close(Closure::Paused);
            }
        })
    }

    /// The gate of an appspace that is being made and is not recorded yet.
    #[must_use]
    pub fn of_new(&self, appspace: AppspaceId) -> Gate {
        self.gate(appspace, |_| {})
    }

    /// The gate of an appspace, if it was asked for since start.
    #[must_use]
    pub fn known(&self, appspace: AppspaceId) -> Option<Gate> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .gates
            .get(&appspace)
            .cloned()
    }

    fn gate(&self, appspace: AppspaceId, on_first: impl FnOnce(&Gate)) -> Gate {
        let mut map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let stopping = map.stopping;
        let gate = map.gates.entry(appspace).or_insert_with(|| {
            let gate = Gate::new(appspace);
            on_first(&gate);
            if stopping {
                gate.close(Closure::Stopping);
            }
            gate
        });
        gate.clone()
    }

    /// Closes every gate, those asked for later too: the host is stopping.
    pub fn stop(&self) {
        let mut map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        map.stopping = true;
        for gate in map.gates.values() {
            gate.close(Closure::Stopping);
        }
    }

    /// Forgets the gate of an appspace that is gone.
    pub fn forget(&self, appspace: AppspaceId) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .gates
            .remove(&appspace);
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::atomic::{AtomicBool, Ordering},
        time::Duration,
    };

    use super::*;

    fn gate() -> Gate {
        Gate::new(AppspaceId::new())
    }

    #[tokio::test]
    async fn a_hold_waits_for_leases_and_refuses_new_ones() {
        let gate = gate();
        let lease = gate.enter().unwrap();
        let mut hold = std::pin::pin!(gate.hold(Reason::Snapshot));
        assert!(futures_poll(hold.as_mut()).await.is_none());
        assert_eq!(gate.enter().err(), Some(Closed::Held(Reason::Snapshot)));
        lease.closing().await;
        drop(lease);
        let hold = hold.await;
        assert!(gate.enter().is_err());
        drop(hold);
        assert!(gate.enter().is_ok());
    }

    #[tokio::test]
    async fn a_hold_given_up_reopens() {
        let gate = gate();
        let lease = gate.enter().unwrap();
        let waited = tokio::time::timeout(Duration::from_millis(5), gate.hold(Reason::Deleting));
        assert!(waited.await.is_err());
        assert!(gate.enter().is_ok());
        drop(lease);
    }

    #[tokio::test]
    async fn standing_closures_survive_a_hold() {
        let gate = gate();
        gate.close(Closure::Paused);
        let hold = gate.hold(Reason::Snapshot).await;
        assert_eq!(gate.closed(), Some(Closed::Standing(Closure::Paused)));
        drop(hold);
        assert_eq!(gate.enter().err(), Some(Closed::Standing(Closure::Paused)));
        gate.lift(Closure::Paused);
        assert!(gate.enter().is_ok());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn nobody_is_inside_during_a_hold() {
        let gate = gate();
        let (held, stop) = (
            Arc::new(AtomicBool::new(false)),
            Arc::new(AtomicBool::new(false)),
        );
        let visitors: Vec<_> = (0..64)
            .map(|_| {
                let (gate, held, stop) = (gate.clone(), Arc::clone(&held), Arc::clone(&stop));
                tokio::spawn(async move {
                    while !stop.load(Ordering::SeqCst) {
                        if let Ok(lease) = gate.enter() {
                            assert!(!held.load(Ordering::SeqCst), "inside during a hold");
                            tokio::task::yield_now().await;
                            assert!(!held.load(Ordering::SeqCst), "inside during a hold");
                            drop(lease);
                        }
                        tokio::task::yield_now().await;
                    }
                })
            })
            .collect();
        for _ in 0..200 {
            let hold = gate.hold(Reason::Migrating).await;
            held.store(true, Ordering::SeqCst);
            tokio::task::yield_now().await;
            held.store(false, Ordering::SeqCst);
            drop(hold);
        }
        stop.store(true, Ordering::SeqCst);
        for visitor in visitors {
            visitor.await.unwrap();
        }
    }

    #[tokio::test]
    async fn gates_made_while_stopping_are_closed() {
        let gates = Gates::default();
        let before = gates.of_new(AppspaceId::new());
        gates.stop();
        let after = gates.of_new(AppspaceId::new());
        for gate in [before, after] {
            assert_eq!(gate.closed(), Some(Closed::Standing(Closure::Stopping)));
        }
    }

    /// Polls once.
    async fn futures_poll<T>(mut future: std::pin::Pin<&mut impl Future<Output = T>>) -> Option<T> {
        std::future::poll_fn(|cx| {
            std::task::Poll::Ready(match future.as_mut().poll(cx) {
                std::task::Poll::Ready(value) => Some(value),
                std::task::Poll::Pending => None,
            })
        })
        .await
    }
}
