//! Sandboxes are stopped.

use std::{mem, sync::Arc};

use ds_core::AppspaceId;
use tokio::{sync::watch, time::Instant};

use super::Book;
use crate::{
    Death, StartError, StopReason,
    pool::{
        effects::Effects,
        running::Running,
        slot::{Awake, End, State, Stopping},
    },
};

/// What somebody who wants a sandbox stopped does next.
pub(in crate::pool) enum ToStop {
    Nothing,
    Wait(End),
}

/// What those are told who wait for a sandbox of a host that is stopping.
pub(in crate::pool) fn stopping() -> StartError {
    StartError::Ended(Death::Stopped {
        reason: StopReason::Shutdown,
        killed: false,
    })
}

impl Book {
    /// Somebody wants it stopped.
    pub(in crate::pool) fn stop(
        &mut self,
        appspace: AppspaceId,
        reason: StopReason,
        effects: &mut Effects,
    ) -> ToStop {
        if reason == StopReason::Shutdown {
            self.turn_away(appspace, effects);
        }
        let Some(slot) = self.slots.get_mut(&appspace) else {
            return ToStop::Nothing;
        };
        match &slot.state {
            State::Asleep | State::Queued(_) => ToStop::Nothing,
            State::Starting(starting) => {
                starting.cancel.cancel();
                ToStop::Wait(starting.tell.subscribe())
            }
            State::Stopping(stopping) => ToStop::Wait(stopping.tell.subscribe()),
            State::Running(_) => match self.retire(appspace, reason, effects) {
                Some(end) => ToStop::Wait(end),
                None => ToStop::Nothing,
            },
        }
    }

    /// Takes a running sandbox out of use; from now on nobody can begin to use it.
    pub(super) fn retire(
        &mut self,
        appspace: AppspaceId,
        reason: StopReason,
        effects: &mut Effects,
    ) -> Option<End> {
        let slot = self.slots.get_mut(&appspace)?;
        let awake = match mem::take(&mut slot.state) {
            State::Running(awake) => awake,
            other => {
                slot.state = other;
                return None;
            }
        };
        let (tell, end) = watch::channel(None);
        effects.stops.push((Arc::clone(&awake.running), reason));
        slot.state = State::Stopping(Stopping {
            running: Arc::clone(&awake.running),
            weight: awake.weight,
            tell,
        });
        self.uncount(&awake);
        self.room.leave(awake.weight);
        Some(end)
    }

    /// One that is idle no longer counts as such.
    pub(super) fn uncount(&mut self, awake: &Awake) {
        if let Some((stamp, _)) = awake.idle {
            self.idle.remove(stamp);
            self.room.remove_idle(awake.weight);
        }
    }

    /// The host is stopping: nobody is served any more.
    pub(in crate::pool) fn turn_away(&mut self, appspace: AppspaceId, effects: &mut Effects) {
        let Some(slot) = self.slots.get_mut(&appspace) else {
            return;
        };
        effects.refuse(slot.callers.all(), &stopping());
        if let State::Queued(place) = slot.state {
            self.line.remove(&place);
            slot.state = State::Asleep;
            self.forget_if_over(appspace);
        }
    }

    /// Takes a sandbox out of use that has been idle for long enough; else says when to look again.
    pub(in crate::pool) fn expire(
        &mut self,
        running: &Arc<Running>,
        effects: &mut Effects,
    ) -> Option<Instant> {
        let (now, period) = (Instant::now(), self.config.idle);
        let appspace = running.appspace();
        let slot = self.slots.get_mut(&appspace);
        let awake = slot.and_then(|slot| slot.awake(running))?;
        let due = awake.idle.map_or(now, |(_, since)| since) + period;
        if awake.idle.is_some() && due <= now {
            self.retire(appspace, StopReason::Idle, effects);
            return None;
        }
        Some(due)
    }
}
