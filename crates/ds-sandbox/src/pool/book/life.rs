//! Sandboxes begin, are used, and end.

use std::{mem, sync::Arc};

use ds_core::AppspaceId;
use tokio::time::Instant;

use super::Book;
use crate::{
    Death, StartError,
    pool::{
        effects::Effects,
        running::{Running, Using},
        slot::{Awake, Ended, State},
    },
};

impl Book {
    /// What came of a start; `None` if it was given up.
    pub(in crate::pool) fn started(
        &mut self,
        appspace: AppspaceId,
        result: Option<Result<&Arc<Running>, &StartError>>,
        effects: &mut Effects,
    ) {
        let Some(slot) = self.slots.get_mut(&appspace) else {
            return;
        };
        let State::Starting(starting) = mem::take(&mut slot.state) else {
            return;
        };
        self.room.started();
        let ended = match result {
            Some(Ok(running)) => {
                let weight = self.room.weight(running.sandbox().memory());
                self.room.add(weight);
                slot.state = State::Running(Awake {
                    running: Arc::clone(running),
                    uses: 0,
                    weight,
                    idle: None,
                });
                let next = effects.answers.len();
                self.admit(appspace, effects);
                if let Some((_, Ok(first))) = effects.answers.get_mut(next) {
                    first.is_first();
                }
                Ended::Ready
            }
            Some(Err(error)) => {
                effects.refuse(slot.callers.all(), error);
                if error.is_of_the_app() {
                    self.crashed(appspace);
                }
                Ended::Gone
            }
            None => Ended::Gone,
        };
        self.asleep(appspace, effects);
        starting.tell.send_replace(Some(ended));
    }

    /// Lets in who waits for a running sandbox, as many as may use it at once.
    fn admit(&mut self, appspace: AppspaceId, effects: &mut Effects) {
        let Some(slot) = self.slots.get_mut(&appspace) else {
            return;
        };
        let State::Running(awake) = &mut slot.state else {
            return;
        };
        while awake.uses < self.config.requests_at_once.max(1) {
            let Some(caller) = slot.callers.next() else {
                break;
            };
            awake.uses += 1;
            let using = Using::counted(&awake.running);
            effects.answers.push((caller, Ok(using)));
        }
        if awake.uses == 0 {
            let weight = self.room.weight(awake.running.sandbox().memory());
            self.room.remove(mem::replace(&mut awake.weight, weight));
            self.room.add(weight);
            self.room.add_idle(weight);
            awake.idle = Some((self.idle.add(appspace), Instant::now()));
        }
    }

    /// A use has ended: the next in line begins one, or the sandbox is idle.
    pub(in crate::pool) fn leave(&mut self, running: &Arc<Running>, effects: &mut Effects) {
        let appspace = running.appspace();
        let slot = self.slots.get_mut(&appspace);
        let Some(awake) = slot.and_then(|slot| slot.awake(running)) else {
            return;
        };
        awake.uses -= 1;
        self.admit(appspace, effects);
    }

    /// A process has ended.
    pub(in crate::pool) fn died(
        &mut self,
        running: &Arc<Running>,
        death: &Death,
        effects: &mut Effects,
    ) {
        let appspace = running.appspace();
        let slot = self.slots.get_mut(&appspace);
        let Some(slot) = slot.filter(|slot| slot.has(running)) else {
            return;
        };
        let tell = match mem::take(&mut slot.state) {
            State::Running(awake) => {
                self.uncount(&awake);
                self.room.remove(awake.weight);
                None
            }
            State::Stopping(stopping) => {
                self.room.left(stopping.weight);
                Some(stopping.tell)
            }
            State::Asleep | State::Queued(_) | State::Starting(_) => None,
        };
        if !matches!(death, Death::Stopped { .. }) {
            self.crashed(appspace);
        }
        self.asleep(appspace, effects);
        if let Some(tell) = tell {
            tell.send_replace(Some(Ended::Gone));
        }
    }

    fn crashed(&mut self, appspace: AppspaceId) {
        let config = &self.config;
        if let Some(slot) = self.slots.get_mut(&appspace) {
            let now = config.clock.now();
            slot.crashes
                .add(now, config.crash_limit, config.crash_window);
        }
    }
}
