//! Asking for a sandbox, and waiting for it.

use std::time::Duration;

use ds_core::AppspaceId;
use tokio::{sync::oneshot, time::Instant};

use super::Book;
use crate::{
    SandboxSpec, StartError,
    pool::{
        callers::{Answer, Place},
        effects::Effects,
        running::Using,
        slot::{Slot, State},
    },
};

/// A busy host says so in its log, and not for each of many requests.
const COMPLAIN_EACH: Duration = Duration::from_secs(30);

/// What somebody who wants a sandbox does next.
pub(in crate::pool) enum Asked {
    Use(Using),
    /// Says what to start, and asks again.
    SaySpec,
    Wait(Place, oneshot::Receiver<Answer>),
}

/// Where somebody stands who has waited long.
pub(in crate::pool) enum Overdue {
    /// The sandbox is starting, or the answer is on its way.
    Soon,
    /// Not in line any more.
    Refused(StartError),
}

impl Book {
    /// Somebody wants the appspace's sandbox.
    pub(in crate::pool) fn ask(
        &mut self,
        appspace: AppspaceId,
        spec: &mut Option<SandboxSpec>,
        effects: &mut Effects,
    ) -> Result<Asked, StartError> {
        let slot = self.slots.entry(appspace).or_default();
        match &mut slot.state {
            State::Running(awake) if awake.uses < self.config.requests_at_once.max(1) => {
                if let Some((stamp, _)) = awake.idle.take() {
                    self.idle.remove(stamp);
                    self.room.remove_idle(awake.weight);
                }
                awake.uses += 1;
                return Ok(Asked::Use(Using::counted(&awake.running)));
            }
            State::Asleep => {
                if let Some(retry_after) = slot.crashes.retry_after(self.config.clock.now()) {
                    return Err(StartError::CrashLoop { retry_after });
                }
            }
            _ if slot.callers.len() >= self.config.waiting => {
                return Err(self.busy(effects));
            }
            _ => {}
        }
        let Some(spec) = spec.take() else {
            return Ok(Asked::SaySpec);
        };
        let place = self.next;
        self.next += 1;
        let answered = slot.callers.join(place, spec);
        if let State::Asleep = slot.state {
            slot.state = State::Queued(place);
            self.line.insert(place, appspace);
        }
        Ok(Asked::Wait(place, answered))
    }

    /// The host is busy. By then those who are served now may be done, or idle.
    fn busy(&mut self, effects: &mut Effects) -> StartError {
        let now = Instant::now();
        if self.complained.is_none_or(|at| at + COMPLAIN_EACH <= now) {
            self.complained = Some(now);
            effects.complain = true;
        }
        StartError::Busy {
            retry_after: self.config.queue / 2,
        }
    }

    /// Somebody no longer waits. Whether they still did.
    pub(in crate::pool) fn leave_line(&mut self, appspace: AppspaceId, place: Place) -> bool {
        let Some(slot) = self.slots.get_mut(&appspace) else {
            return false;
        };
        let waited = slot.callers.leave(place);
        if let (State::Queued(place), true) = (&slot.state, slot.callers.is_empty()) {
            self.line.remove(place);
            slot.state = State::Asleep;
            self.forget_if_over(appspace);
        }
        waited
    }

    /// Somebody has waited for as long as one waits.
    pub(in crate::pool) fn overdue(
        &mut self,
        appspace: AppspaceId,
        place: Place,
        effects: &mut Effects,
    ) -> Overdue {
        let soon =
            |slot: &Slot| matches!(slot.state, State::Starting(_)) || !slot.callers.contains(place);
        if self.slots.get(&appspace).is_none_or(soon) {
            return Overdue::Soon;
        }
        self.leave_line(appspace, place);
        Overdue::Refused(self.busy(effects))
    }
}
