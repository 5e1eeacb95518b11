//! What the pool knows of one appspace.

use std::{collections::HashMap, sync::Arc};

use ds_core::AppspaceId;
use tokio::sync::watch;

use super::{
    Sandboxes,
    crashes::Crashes,
    running::{Running, Using},
};
use crate::{Death, SandboxSpec, StartError, StopReason};

/// What a start came to; `None` while it is going on. The use in it keeps the new sandbox from being idle
/// until everybody who waited has seen it.
pub(super) type Start = watch::Receiver<Option<Result<Using, StartError>>>;
/// Whether the process has ended.
pub(super) type End = watch::Receiver<bool>;

/// The sandbox of one appspace.
///
/// ```text
///            get()              ready                 stop(), idle
///   Asleep ─────────▶ Starting ───────▶ Running(r) ──────────────▶ Stopping(r)
///     ▲                  │ failed           │ died                    │ ended
///     └──────────────────┴──────────────────┴─────────────────────────┘
/// ```
#[derive(Default)]
enum State {
    #[default]
    Asleep,
    Starting(Start),
    Running(Arc<Running>),
    Stopping(Arc<Running>, watch::Sender<bool>),
}

/// An appspace's sandbox, and how often it crashed lately.
#[derive(Default)]
pub(super) struct Slot {
    state: State,
    crashes: Crashes,
}

/// What somebody who wants a sandbox does next.
pub(super) enum Next {
    Use(Using),
    Wait(Start),
    WaitForEnd(End),
}

/// What somebody who wants it stopped does next.
pub(super) enum ToStop {
    Nothing,
    Wait(Start),
    Stop(Arc<Running>, End),
    WaitForEnd(End),
}

impl Slot {
    pub(super) fn is_running(&self) -> bool {
        matches!(self.state, State::Running(_))
    }

    fn runs(&self, running: &Arc<Running>) -> bool {
        matches!(&self.state, State::Running(own) if Arc::ptr_eq(own, running))
    }

    fn has(&self, running: &Arc<Running>) -> bool {
        matches!(&self.state, State::Running(own) | State::Stopping(own, _) if Arc::ptr_eq(own, running))
    }

    /// From now on it is stopping, and nobody can begin to use it.
    fn retire(&mut self, running: Arc<Running>) -> End {
        let (end, ended) = watch::channel(false);
        self.state = State::Stopping(running, end);
        ended
    }
}

impl Sandboxes {
    /// Decides, in one locked step, what a caller of `get` does next; starts a sandbox if there is none.
    pub(super) fn next(
        &self,
        appspace: AppspaceId,
        spec: &mut Option<impl FnOnce() -> SandboxSpec>,
    ) -> Result<Next, StartError> {
        let mut slots = self.lock();
        let slot = slots.entry(appspace).or_default();
        match &slot.state {
            State::Running(running) => return Ok(Next::Use(running.enter())),
            State::Starting(start) => return Ok(Next::Wait(start.clone())),
            State::Stopping(_, end) => return Ok(Next::WaitForEnd(end.subscribe())),
            State::Asleep => {}
        }
        if let Some(retry_after) = slot.crashes.retry_after(self.config.clock.now()) {
            return Err(StartError::CrashLoop { retry_after });
        }
        let (outcome, start) = watch::channel(None);
        if let Some(spec) = spec.take() {
            slot.state = State::Starting(start.clone());
            drop(slots);
            self.start(appspace, spec(), outcome);
        }
        Ok(Next::Wait(start))
    }

    /// Starts in a task of its own: whoever asked may give up without spoiling it for the others.
    fn start(
        &self,
        appspace: AppspaceId,
        spec: SandboxSpec,
        outcome: watch::Sender<Option<Result<Using, StartError>>>,
    ) {
        let Some(pool) = self.this.upgrade() else {
            return;
        };
        self.count_start();
        tokio::spawn(async move {
            // In a task of its own: one that panics has failed, too, and is over.
            let engine = Arc::clone(&pool.engine);
            let started = tokio::spawn(async move { engine.start(spec).await }).await;
            let interrupted = |_| Err(StartError::Engine("the start was interrupted".into()));
            let result = started.unwrap_or_else(interrupted).map(Running::new);
            pool.started_with(appspace, result.as_ref());
            outcome.send_replace(Some(match &result {
                Ok(running) => Ok(running.enter()),
                Err(error) => Err(error.again()),
            }));
            drop(outcome);
            if let Ok(running) = result {
                pool.mind(appspace, &running).await;
            }
        });
    }

    fn started_with(&self, appspace: AppspaceId, result: Result<&Arc<Running>, &StartError>) {
        let mut slots = self.lock();
        let slot = slots.entry(appspace).or_default();
        slot.state = State::Asleep;
        match result {
            Ok(running) => slot.state = State::Running(Arc::clone(running)),
            Err(error) if error.is_of_the_app() => self.crashed(slot),
            Err(_) => {}
        }
    }

    fn crashed(&self, slot: &mut Slot) {
        let (limit, window) = (self.config.crash_limit, self.config.crash_window);
        slot.crashes.add(self.config.clock.now(), limit, window);
    }

    /// Waits for the sandbox to end; stops it when it is idle.
    async fn mind(&self, appspace: AppspaceId, running: &Arc<Running>) {
        loop {
            tokio::select! {
                biased;
                death = running.sandbox().ended() => return self.died(appspace, running, &death),
                () = running.idle(self.config.idle) => {}
            }
            if self.retire_if_idle(appspace, running) {
                running.sandbox().stop(StopReason::Idle).await;
            }
        }
    }

    /// Takes an idle sandbox out of use, unless somebody began to use it meanwhile.
    fn retire_if_idle(&self, appspace: AppspaceId, running: &Arc<Running>) -> bool {
        let mut slots = self.lock();
        let idle = |slot: &&mut Slot| slot.runs(running) && running.is_idle(self.config.idle);
        let slot = slots.get_mut(&appspace).filter(idle);
        slot.map(|slot| slot.retire(Arc::clone(running))).is_some()
    }

    fn died(&self, appspace: AppspaceId, running: &Arc<Running>, death: &Death) {
        let mut slots = self.lock();
        let Some(slot) = slots.get_mut(&appspace).filter(|slot| slot.has(running)) else {
            return;
        };
        let was = std::mem::take(&mut slot.state);
        if !matches!(death, Death::Stopped { .. }) {
            self.crashed(slot);
        }
        self.forget_what_is_over(&mut slots, appspace);
        drop(slots);
        if let State::Stopping(_, end) = was {
            end.send_replace(true);
        }
    }

    /// Decides what a caller of `stop` does next; a running sandbox is taken out of use.
    pub(super) fn to_stop(&self, appspace: AppspaceId) -> ToStop {
        let mut slots = self.lock();
        let Some(slot) = slots.get_mut(&appspace) else {
            return ToStop::Nothing;
        };
        match &slot.state {
            State::Asleep => ToStop::Nothing,
            State::Starting(start) => ToStop::Wait(start.clone()),
            State::Stopping(_, end) => ToStop::WaitForEnd(end.subscribe()),
            State::Running(running) => {
                let running = Arc::clone(running);
                ToStop::Stop(Arc::clone(&running), slot.retire(running))
            }
        }
    }

    /// An appspace that sleeps and has not crashed lately takes no memory.
    fn forget_what_is_over(&self, slots: &mut HashMap<AppspaceId, Slot>, appspace: AppspaceId) {
        let (now, window) = (self.config.clock.now(), self.config.crash_window);
        let over = |slot: &Slot| {
            matches!(slot.state, State::Asleep) && !slot.crashes.are_recent(now, window)
        };
        if slots.get(&appspace).is_some_and(over) {
            slots.remove(&appspace);
        }
    }
}
