//! The pool against its naive twin, whatever happens in whatever order.

use std::{
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use ds_core::AppspaceId;
use ds_sandbox::{Death, PoolConfig, Sandboxes, StartError, StopReason, Using};
use proptest::prelude::*;
use tokio::{
    task::AbortHandle,
    time::{Instant, sleep},
};

use super::{
    engine::{ByItself, Told, spec},
    model::{APPSPACES, Model, Outcome, State},
};

const MIB: u64 = 1 << 20;
/// Everything the test does happens at whole steps; nothing the pool does by time falls on one.
const STEP: Duration = Duration::from_millis(10);
const RESERVE: u64 = 48 * MIB;
const QUEUE: Duration = Duration::from_millis(1003);

/// What happens. Numbers choose among those to whom it can happen.
#[derive(Clone, Debug)]
enum Op {
    Get(usize),
    /// A caller gives up, or is done.
    Leave(usize),
    Ready(usize, u64),
    Fail(usize),
    /// One that was asked to stop has ended.
    Stopped(usize),
    Crash(usize),
    Measure(usize, u64),
    Stop(usize, bool),
    Wait(u32),
}

fn op() -> impl Strategy<Value = Op> {
    let memory = prop::sample::select(vec![0, MIB, 20 * MIB, 48 * MIB, 90 * MIB]);
    let (a, one) = (0..APPSPACES, 0..60_usize);
    prop_oneof![
        8 => a.clone().prop_map(Op::Get),
        7 => one.clone().prop_map(Op::Leave),
        7 => (one.clone(), memory.clone()).prop_map(|(one, memory)| Op::Ready(one, memory)),
        1 => one.clone().prop_map(Op::Fail),
        3 => one.clone().prop_map(Op::Stopped),
        1 => one.prop_map(Op::Crash),
        3 => (a.clone(), memory).prop_map(|(a, memory)| Op::Measure(a, memory)),
        1 => (a, any::<bool>()).prop_map(|(a, shutdown)| Op::Stop(a, shutdown)),
        1 => (1..80_u32).prop_map(Op::Wait),
    ]
}

/// The budget, and how many start at once, are let in at once, and may wait.
type Bounds = (u64, usize, usize, usize);

fn bounds() -> impl Strategy<Value = Bounds> {
    let budget = prop::sample::select(vec![0, MIB, 20 * MIB, 100 * MIB, 150 * MIB]);
    (budget, 1..4_usize, 1..3_usize, 1..4_usize)
}

fn config((memory_budget, starts_at_once, requests_at_once, waiting): Bounds) -> PoolConfig {
    PoolConfig {
        idle: Duration::from_millis(3007),
        // Crashes have a test of their own.
        crash_limit: u32::MAX,
        memory_budget,
        reserve: RESERVE,
        queue: QUEUE,
        starts_at_once,
        requests_at_once,
        waiting,
        ..PoolConfig::default()
    }
}

type Shared = Arc<Mutex<Option<Result<Using, StartError>>>>;

struct Caller {
    result: Shared,
    task: AbortHandle,
    left: bool,
}

struct Both {
    engine: Told,
    sandboxes: Arc<Sandboxes>,
    model: Model,
    appspaces: [AppspaceId; APPSPACES],
    callers: Vec<Caller>,
    begun: Instant,
    starts: u64,
}

impl Both {
    fn new(config: &PoolConfig) -> Self {
        let engine = Told::new(ByItself::default());
        Self {
            sandboxes: Sandboxes::new(Arc::new(engine.clone()), config.clone()),
            engine,
            model: Model::new(config.clone()),
            appspaces: std::array::from_fn(|_| AppspaceId::new()),
            callers: Vec::new(),
            begun: Instant::now(),
            starts: 0,
        }
    }

    async fn take(&mut self, op: &Op) {
        match *op {
            Op::Get(a) => {
                self.get(a);
                self.model.get(a);
            }
            Op::Leave(one) => self.leave(one),
            Op::Ready(one, memory) => {
                if let Some(a) = self.pick(one, |it| *it == State::Starting) {
                    assert!(self.engine.finish(self.appspaces[a], Ok(memory)));
                    self.model.ready(a, memory);
                }
            }
            Op::Fail(one) => {
                if let Some(a) = self.pick(one, |it| *it == State::Starting) {
                    let source = io::ErrorKind::OutOfMemory.into();
                    let action = "start it";
                    let error = StartError::Spawn { action, source };
                    assert!(self.engine.finish(self.appspaces[a], Err(error)));
                    self.model.fails(a);
                }
            }
            Op::Stopped(one) => {
                if let Some(a) = self.pick(one, |it| matches!(it, State::Stopping(_))) {
                    self.engine.end(self.appspaces[a]);
                    self.model.gone(a);
                }
            }
            Op::Crash(one) => {
                if let Some(a) = self.pick(one, |it| matches!(it, State::Running(..))) {
                    self.engine.end(self.appspaces[a]);
                    self.model.gone(a);
                }
            }
            Op::Measure(a, memory) => {
                self.engine.measure(self.appspaces[a], memory);
                self.sandboxes.relieve();
                self.model.measured(a, memory);
            }
            Op::Stop(a, shutdown) => {
                let (sandboxes, id) = (Arc::clone(&self.sandboxes), self.appspaces[a]);
                let reason = if shutdown {
                    StopReason::Shutdown
                } else {
                    StopReason::AtRest
                };
                tokio::spawn(async move { sandboxes.stop(id, reason).await });
                self.model.stop(a, shutdown);
            }
            Op::Wait(steps) => sleep(STEP * steps).await,
        }
        sleep(STEP).await;
        let now = self.begun.elapsed().as_millis();
        self.model.advance(u64::try_from(now).unwrap());
    }

    fn get(&mut self, a: usize) {
        let (sandboxes, id) = (Arc::clone(&self.sandboxes), self.appspaces[a]);
        let result = Shared::default();
        let to = Arc::clone(&result);
        let task = tokio::spawn(async move {
            let got = sandboxes.get(id, || spec(id)).await;
            *to.lock().unwrap() = Some(got);
        });
        self.callers.push(Caller {
            result,
            task: task.abort_handle(),
            left: false,
        });
    }

    fn leave(&mut self, one: usize) {
        let outcomes = self.model.outcomes();
        let there = |at: &usize| matches!(outcomes[*at], Outcome::Waits | Outcome::Uses);
        let there: Vec<usize> = (0..outcomes.len()).filter(there).collect();
        if there.is_empty() {
            return;
        }
        let at = there[one % there.len()];
        let caller = &mut self.callers[at];
        caller.left = true;
        caller.task.abort();
        drop(caller.result.lock().unwrap().take());
        self.model.leave(at);
    }

    fn pick(&self, one: usize, fits: impl Fn(&State) -> bool) -> Option<usize> {
        let fit = |a: &usize| fits(&self.model.states[*a]);
        let fit: Vec<usize> = (0..APPSPACES).filter(fit).collect();
        (!fit.is_empty()).then(|| fit[one % fit.len()])
    }

    fn outcomes(&self) -> Vec<Outcome> {
        let outcome = |caller: &Caller| match &*caller.result.lock().unwrap() {
            _ if caller.left => Outcome::Left,
            None => Outcome::Waits,
            Some(Ok(_)) => Outcome::Uses,
            Some(Err(StartError::Busy { .. })) => Outcome::Busy,
            Some(Err(StartError::Ended(Death::Stopped { .. }))) => Outcome::Shutdown,
            Some(Err(_)) => Outcome::Failed,
        };
        self.callers.iter().map(outcome).collect()
    }

    fn check(&mut self) -> Result<(), TestCaseError> {
        prop_assert_eq!(self.outcomes(), self.model.outcomes());
        let overview = self.sandboxes.overview();
        prop_assert_eq!(overview, self.model.overview());
        // What is over the budget grew after it started.
        let starts = self.sandboxes.started();
        if overview.budget > 0 && starts > self.starts {
            let most = overview.budget.max(RESERVE);
            prop_assert!(overview.memory <= most, "{overview:?}");
        }
        self.starts = starts;
        for a in 0..APPSPACES {
            let id = self.appspaces[a];
            let starts = self.engine.starting().contains(&id);
            prop_assert_eq!(starts, self.model.states[a] == State::Starting);
            let stops = self.engine.stopping().iter().any(|(one, _)| *one == id);
            prop_assert_eq!(stops, matches!(self.model.states[a], State::Stopping(_)));
        }
        Ok(())
    }

    /// Nobody waits for ever: when what was begun is done, everybody has an answer by their deadline.
    async fn end(&mut self) -> Result<(), TestCaseError> {
        for _ in 0..4 * self.callers.len() + 4 {
            self.take(&Op::Ready(0, 0)).await;
            self.take(&Op::Stopped(0)).await;
        }
        self.take(&Op::Wait(101)).await;
        self.check()?;
        prop_assert!(!self.outcomes().contains(&Outcome::Waits));
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]
    #[test]
    fn it_does_as_its_naive_twin(bounds in bounds(), ops in prop::collection::vec(op(), 1..80)) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let mut both = Both::new(&config(bounds));
            for op in &ops {
                both.take(op).await;
                both.check()?;
            }
            both.end().await
        })?;
    }
}
