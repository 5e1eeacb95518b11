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

mod gates;
mod reason;
#[cfg(test)]
mod tests;

use std::{collections::BTreeSet, fmt, sync::Arc};

use tokio::sync::{Mutex as Turn, OwnedMutexGuard, watch};

pub use gates::Gates;
pub use reason::{Closed, Closure, Reason};

use crate::AppspaceId;

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

/// One use of an appspace's data by its owner's tools, which standing closures do not keep out; dropping it ends
/// the use. What is changed through it is neither lost to work at rest nor in its way.
#[must_use = "a visit that is dropped keeps nobody from working on the data"]
pub struct Visit {
    _lease: Lease,
}

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
            // Nobody waits for one more: streams that wait for the gate to close are not woken by each request.
            false
        });
        refused.map_or_else(|| Ok(Lease(self.clone())), Err)
    }

    /// Visits the appspace on its owner's behalf, to change its members or the like: on a paused one, too.
    ///
    /// # Errors
    /// If it is at rest, with the reason: what was changed now might be gone when that is over. Likewise if work on it
    /// is unsettled, or it was deleted.
    pub fn visit(&self) -> Result<Visit, Closed> {
        let mut refused = None;
        self.0.state.send_if_modified(|state| {
            let gone = [Closure::Unsettled, Closure::Deleted];
            let gone = gone.into_iter().find(|one| state.standing.contains(one));
            refused = gone.map(Closed::Standing);
            refused = refused.or(state.held.map(Closed::Held));
            state.leases += usize::from(refused.is_none());
            false
        });
        match refused {
            Some(why) => Err(why),
            None => Ok(Visit {
                _lease: Lease(self.clone()),
            }),
        }
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
    pub fn closing(&self) -> impl Future<Output = ()> + Send + use<> {
        let gate = self.0.clone();
        async move {
            let mut state = gate.0.state.subscribe();
            let _ = state.wait_for(|state| state.closed().is_some()).await;
        }
    }

    /// The appspace that was entered.
    #[must_use]
    pub fn appspace(&self) -> AppspaceId {
        self.0.appspace()
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.0.0.state.send_if_modified(|state| {
            state.leases -= 1;
            // Holds wait for the last one.
            state.leases == 0
        });
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
