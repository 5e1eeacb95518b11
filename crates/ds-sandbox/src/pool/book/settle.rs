//! Room is made, and given to those who wait for it.

use std::mem;

use ds_core::AppspaceId;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::Book;
use crate::{
    StopReason,
    pool::{
        effects::{Effects, Start},
        slot::{Starting, State},
    },
};

impl Book {
    /// Makes room by stopping idle sandboxes, and gives what room there is to those who wait for it: to each
    /// appspace one start, in the order of their first callers.
    pub(in crate::pool) fn settle(&mut self, effects: &mut Effects) {
        while self.room.is_short(self.line.len()) {
            let Some(oldest) = self.idle.oldest() else {
                break;
            };
            if self.retire(oldest, StopReason::Pressure, effects).is_none() {
                break;
            }
        }
        while self.room.allows_start() {
            let Some((_, appspace)) = self.line.pop_first() else {
                break;
            };
            self.grant(appspace, effects);
        }
    }

    fn grant(&mut self, appspace: AppspaceId, effects: &mut Effects) {
        let Some(slot) = self.slots.get_mut(&appspace) else {
            return;
        };
        let Some(spec) = slot.callers.next_run() else {
            slot.state = State::Asleep;
            return;
        };
        let cancel = CancellationToken::new();
        slot.state = State::Starting(Starting {
            cancel: cancel.clone(),
            tell: watch::Sender::new(None),
        });
        self.room.start();
        effects.starts.push(Start {
            appspace,
            spec,
            cancel,
        });
    }

    /// Reads anew how much memory each sandbox takes, and forgets crashes of long ago.
    pub(in crate::pool) fn relieve(&mut self) {
        let (now, window) = (self.config.clock.now(), self.config.crash_window);
        self.slots.retain(|_, slot| !slot.is_over(now, window));
        for slot in self.slots.values_mut() {
            let State::Running(awake) = &mut slot.state else {
                continue;
            };
            let weight = self.room.weight(awake.running.sandbox().memory());
            let before = mem::replace(&mut awake.weight, weight);
            self.room.remove(before);
            self.room.add(weight);
            if awake.idle.is_some() {
                self.room.remove_idle(before);
                self.room.add_idle(weight);
            }
        }
    }
}
