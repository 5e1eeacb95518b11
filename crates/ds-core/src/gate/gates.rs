//! The gates of a whole host.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::{Closure, Gate};
use crate::{Appspace, AppspaceId};

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
