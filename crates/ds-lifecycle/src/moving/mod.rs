//! Moving an appspace to another host: the new host fetches it, with its owner's consent on both.
//!
//! ```text
//!     new host                                   old host
//!                                                its owner consents: a code, for an hour
//!     its owner gives the code
//!        ── describe, begin ───────────────────▶ rest, clone; nobody uses it from now on
//!        ◀─ the archive, with the app ──────────
//!     unpack, check, migrate, put in place,
//!     record: Undecided
//!        ── commit ────────────────────────────▶ one transaction: Moved
//!     record: Published ◀────────────────────── its address redirects; the data is in the trash
//! ```
//!
//! The old host decides, by that one transaction. Until then it can take the appspace back, which it does by itself
//! when its owner says so, when it hears nothing for a while, and when it is restarted. The new host publishes
//! nothing before it has heard that the appspace is moved, and removes nothing before it has heard that it is not; it
//! asks again until it hears one of the two. So at no time do both serve it, and in the end exactly one does.

mod claim;
mod decide;
mod error;
mod give;
mod hand_over;
mod live;
mod old_host;
mod send;
mod take;

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock},
    time::Duration,
};

use ds_core::{Address, AppspaceId, MoveId, StoreError, moves::MoveStore};
use tokio::sync::Notify;

pub use claim::Claim;
pub use error::{GiveError, MoveInError, MoveOutError};
pub use give::Offer;
pub use old_host::{AskError, Offered, OldHost, OldHosts, Report};
pub use send::Sending;
pub use take::{Arrived, NewMove};

use crate::Lifecycle;
use live::Live;

/// How long things take at most.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// How long a consent can be used.
    pub consent: Duration,
    /// How long an appspace waits at rest without a word from the other host.
    pub silence: Duration,
    /// How long it waits at rest altogether.
    pub rest: Duration,
    /// How often the other host is told that we are still at it.
    pub beat: Duration,
    /// How long to wait before asking again: at first, and at most.
    pub again: (Duration, Duration),
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            consent: Duration::from_hours(1),
            silence: Duration::from_mins(3),
            rest: Duration::from_hours(12),
            beat: Duration::from_secs(20),
            again: (Duration::from_secs(2), Duration::from_mins(10)),
        }
    }
}

/// Moves appspaces from this host to others and from others to this. Clones do the same moves.
#[derive(Clone)]
pub struct Moves(Arc<Inner>);

struct Inner {
    lifecycle: Lifecycle,
    store: Arc<dyn MoveStore>,
    old_hosts: Arc<dyn OldHosts>,
    patience: Patience,
    /// Those that are being handed over.
    live: Mutex<HashMap<MoveId, Arc<Live>>>,
    /// Those whose outcome is being asked for.
    asking: Mutex<HashSet<AppspaceId>>,
    /// The addresses that redirect, and where to.
    redirects: RwLock<HashMap<Address, String>>,
    /// Something was left undecided.
    undecided: Notify,
}

impl Moves {
    /// Moves of the appspaces that a lifecycle looks after.
    ///
    /// # Errors
    /// If the redirects cannot be read.
    pub async fn open(
        lifecycle: Lifecycle,
        store: Arc<dyn MoveStore>,
        old_hosts: Arc<dyn OldHosts>,
        patience: Patience,
    ) -> Result<Self, StoreError> {
        let redirects = store.redirects().await?.into_iter().collect();
        Ok(Self(Arc::new(Inner {
            lifecycle,
            store,
            old_hosts,
            patience,
            live: Mutex::default(),
            asking: Mutex::default(),
            redirects: RwLock::new(redirects),
            undecided: Notify::new(),
        })))
    }

    /// Where an address redirects to, if its appspace has moved: an origin, without a path.
    #[must_use]
    pub fn redirect(&self, address: &Address) -> Option<String> {
        let redirects = self.0.redirects.read();
        let redirects = redirects.unwrap_or_else(PoisonError::into_inner);
        redirects.get(address).cloned()
    }

    fn set_redirect(&self, address: &Address, to: Option<String>) {
        let redirects = self.0.redirects.write();
        let mut redirects = redirects.unwrap_or_else(PoisonError::into_inner);
        match to {
            Some(to) => redirects.insert(address.clone(), to),
            None => redirects.remove(address),
        };
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
