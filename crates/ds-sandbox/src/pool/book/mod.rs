//! Every appspace's state in one place, and each step from one state to the next.
//!
//! A step changes the book under its lock and says what follows ([`Effects`]); afterwards [`Book::settle`]
//! gives room to those who wait for it. None of this waits for anything, and none takes longer with more
//! appspaces than a search in an ordered map does, but for [`Book::relieve`].

mod ask;
mod life;
mod settle;
mod stop;

use std::collections::{BTreeMap, HashMap};

use ds_core::AppspaceId;
use tokio::time::Instant;

use super::{
    PoolConfig,
    callers::Place,
    effects::Effects,
    idle::Idle,
    room::Room,
    slot::{Slot, State},
};
use crate::StartError;

pub(super) use self::{
    ask::{Asked, Overdue},
    stop::{ToStop, stopping},
};

/// What the pool knows.
pub(super) struct Book {
    pub(super) config: PoolConfig,
    pub(super) slots: HashMap<AppspaceId, Slot>,
    pub(super) room: Room,
    idle: Idle,
    /// The appspaces that wait for room; each stands here once, where its first caller came.
    pub(super) line: BTreeMap<Place, AppspaceId>,
    next: Place,
    /// When the log was last told that the host is busy.
    complained: Option<Instant>,
}

impl Book {
    pub(in crate::pool) fn new(config: PoolConfig) -> Self {
        Self {
            room: Room::new(&config),
            config,
            slots: HashMap::new(),
            idle: Idle::default(),
            line: BTreeMap::new(),
            next: 0,
            complained: None,
        }
    }

    /// An appspace without a sandbox stands in line again if somebody waits for it, unless it crashes.
    pub(super) fn asleep(&mut self, appspace: AppspaceId, effects: &mut Effects) {
        let Some(slot) = self.slots.get_mut(&appspace) else {
            return;
        };
        let State::Asleep = slot.state else { return };
        if let Some(retry_after) = slot.crashes.retry_after(self.config.clock.now()) {
            let error = StartError::CrashLoop { retry_after };
            effects.refuse(slot.callers.all(), &error);
        }
        if let Some(place) = slot.callers.first() {
            slot.state = State::Queued(place);
            self.line.insert(place, appspace);
        } else {
            self.forget_if_over(appspace);
        }
    }

    /// An appspace that sleeps and has not crashed lately takes no memory.
    pub(super) fn forget_if_over(&mut self, appspace: AppspaceId) {
        let (now, window) = (self.config.clock.now(), self.config.crash_window);
        let slot = self.slots.get(&appspace);
        if slot.is_some_and(|slot| slot.is_over(now, window)) {
            self.slots.remove(&appspace);
        }
    }
}
