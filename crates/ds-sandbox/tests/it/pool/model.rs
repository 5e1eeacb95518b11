//! The pool as one would write it for four appspaces and no hurry: everything is looked for everywhere.

use std::{collections::BTreeMap, time::Duration};

use ds_sandbox::{Overview, PoolConfig};

/// The least that a sandbox is counted as.
const FLOOR: u64 = 4 << 20;
pub(crate) const APPSPACES: usize = 4;

/// What became of a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Waits,
    Uses,
    Busy,
    Failed,
    Shutdown,
    /// Gave up, or is done.
    Left,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Asleep,
    Queued,
    Starting,
    /// What it weighs, and since when it is idle: the time, and how many became idle before.
    Running(u64, Option<(u64, usize)>),
    Stopping(u64),
}

struct Caller {
    appspace: usize,
    outcome: Outcome,
    /// When it looks at its watch.
    due: u64,
    /// Which of the appspace's sandboxes it uses.
    run: usize,
}

pub(crate) struct Model {
    config: PoolConfig,
    pub(crate) states: [State; APPSPACES],
    runs: [usize; APPSPACES],
    /// In the order they came.
    callers: Vec<Caller>,
    /// Who was the first caller of each appspace when it was queued.
    line: BTreeMap<usize, usize>,
    now: u64,
    became_idle: usize,
}

impl Model {
    pub(crate) fn new(config: PoolConfig) -> Self {
        Self {
            config,
            states: [State::Asleep; APPSPACES],
            runs: [0; APPSPACES],
            callers: Vec::new(),
            line: BTreeMap::new(),
            now: 0,
            became_idle: 0,
        }
    }

    pub(crate) fn outcomes(&self) -> Vec<Outcome> {
        self.callers.iter().map(|it| it.outcome).collect()
    }

    fn waiting(&self, appspace: usize) -> Vec<usize> {
        let waits = |at: &usize| {
            let it = &self.callers[*at];
            it.appspace == appspace && it.outcome == Outcome::Waits
        };
        (0..self.callers.len()).filter(waits).collect()
    }

    fn uses(&self, appspace: usize) -> usize {
        let uses = |it: &&Caller| {
            it.appspace == appspace && it.outcome == Outcome::Uses && it.run == self.runs[appspace]
        };
        self.callers.iter().filter(uses).count()
    }

    fn weight(&self, memory: u64) -> u64 {
        match memory {
            0 => self.config.reserve,
            memory => memory.max(FLOOR),
        }
    }

    pub(crate) fn get(&mut self, appspace: usize) {
        let full = self.waiting(appspace).len() >= self.config.waiting;
        let outcome = match self.states[appspace] {
            State::Running(..) if self.uses(appspace) < self.config.requests_at_once => {
                Outcome::Uses
            }
            State::Asleep => Outcome::Waits,
            _ if full => Outcome::Busy,
            _ => Outcome::Waits,
        };
        self.callers.push(Caller {
            appspace,
            outcome,
            due: self.now + millis(self.config.queue),
            run: self.runs[appspace],
        });
        if let (State::Running(_, idle), Outcome::Uses) = (&mut self.states[appspace], outcome) {
            *idle = None;
        }
        if self.states[appspace] == State::Asleep {
            self.sleeps(appspace);
        }
        self.settle();
    }

    /// A caller gives up, or is done.
    pub(crate) fn leave(&mut self, caller: usize) {
        let (appspace, run) = (self.callers[caller].appspace, self.callers[caller].run);
        let was = std::mem::replace(&mut self.callers[caller].outcome, Outcome::Left);
        match was {
            Outcome::Waits => self.left_line(appspace),
            Outcome::Uses if run == self.runs[appspace] => self.admit(appspace),
            _ => {}
        }
        self.settle();
    }

    fn left_line(&mut self, appspace: usize) {
        if self.states[appspace] == State::Queued && self.waiting(appspace).is_empty() {
            self.states[appspace] = State::Asleep;
            self.line.remove(&appspace);
        }
    }

    fn admit(&mut self, appspace: usize) {
        let State::Running(weight, _) = self.states[appspace] else {
            return;
        };
        for caller in self.waiting(appspace) {
            if self.uses(appspace) < self.config.requests_at_once {
                self.callers[caller].outcome = Outcome::Uses;
                self.callers[caller].run = self.runs[appspace];
            }
        }
        if self.uses(appspace) == 0 {
            self.became_idle += 1;
            self.states[appspace] = State::Running(weight, Some((self.now, self.became_idle)));
        }
    }

    pub(crate) fn ready(&mut self, appspace: usize, memory: u64) {
        self.runs[appspace] += 1;
        self.states[appspace] = State::Running(self.weight(memory), None);
        self.admit(appspace);
        self.settle();
    }

    pub(crate) fn fails(&mut self, appspace: usize) {
        self.refuse(appspace, Outcome::Failed);
        self.sleeps(appspace);
        self.settle();
    }

    fn refuse(&mut self, appspace: usize, outcome: Outcome) {
        for caller in self.waiting(appspace) {
            self.callers[caller].outcome = outcome;
        }
    }

    /// The process has ended.
    pub(crate) fn gone(&mut self, appspace: usize) {
        self.sleeps(appspace);
        self.settle();
    }

    fn sleeps(&mut self, appspace: usize) {
        self.states[appspace] = State::Asleep;
        // Who used it is none of the next one's.
        self.runs[appspace] += 1;
        if let Some(first) = self.waiting(appspace).first() {
            self.states[appspace] = State::Queued;
            self.line.insert(appspace, *first);
        }
    }

    pub(crate) fn stop(&mut self, appspace: usize, shutdown: bool) {
        if shutdown {
            self.refuse(appspace, Outcome::Shutdown);
            self.left_line(appspace);
        }
        match self.states[appspace] {
            State::Starting => self.sleeps(appspace),
            State::Running(weight, _) => self.states[appspace] = State::Stopping(weight),
            _ => {}
        }
        self.settle();
    }

    pub(crate) fn measured(&mut self, appspace: usize, memory: u64) {
        if let State::Running(_, idle) = self.states[appspace] {
            self.states[appspace] = State::Running(self.weight(memory), idle);
        }
        self.settle();
    }

    pub(crate) fn advance(&mut self, to: u64) {
        while self.now < to {
            self.now += 1;
            for caller in 0..self.callers.len() {
                let it = &mut self.callers[caller];
                if it.outcome == Outcome::Waits && it.due == self.now {
                    let appspace = it.appspace;
                    if self.states[appspace] == State::Starting {
                        it.due += millis(self.config.queue);
                    } else {
                        it.outcome = Outcome::Busy;
                        self.left_line(appspace);
                    }
                }
            }
            for state in &mut self.states {
                if let State::Running(weight, Some((since, _))) = *state
                    && since + millis(self.config.idle) <= self.now
                {
                    *state = State::Stopping(weight);
                }
            }
            self.settle();
        }
    }

    /// What all take, those that are idle, those that are stopping, and how many start.
    fn room(&self) -> (u64, u64, u64, u64) {
        let (mut all, mut idle, mut leaving, mut starting) = (0, 0, 0, 0);
        for state in self.states {
            match state {
                State::Asleep | State::Queued => {}
                State::Starting => (all, starting) = (all + self.config.reserve, starting + 1),
                State::Running(weight, None) => all += weight,
                State::Running(weight, Some(_)) => (all, idle) = (all + weight, idle + weight),
                State::Stopping(weight) => (all, leaving) = (all + weight, leaving + weight),
            }
        }
        (all, idle, leaving, starting)
    }

    fn settle(&mut self) {
        let (budget, reserve) = (self.config.memory_budget, self.config.reserve);
        let at_once = self.config.starts_at_once as u64;
        let unbounded = budget == 0;
        loop {
            let (all, idle, leaving, starting) = self.room();
            // As many starts as there could be room for if all idle ones went.
            let stays = all - leaving - idle;
            let fits = |starts: &u64| {
                *starts == 0 || stays + starts * reserve <= budget || (*starts == 1 && stays == 0)
            };
            let most = (self.line.len() as u64).min(at_once - starting);
            let starts = (0..=most).filter(fits).max().unwrap();
            if unbounded || all - leaving + starts * reserve <= budget {
                break;
            }
            let idle_since = |at: &usize| match self.states[*at] {
                State::Running(_, Some((_, stamp))) => Some(stamp),
                _ => None,
            };
            let oldest = (0..APPSPACES).filter(|at| idle_since(at).is_some());
            let Some(oldest) = oldest.min_by_key(idle_since) else {
                break;
            };
            if let State::Running(weight, _) = self.states[oldest] {
                self.states[oldest] = State::Stopping(weight);
            }
        }
        while let Some((&appspace, _)) = self.line.iter().min_by_key(|(_, first)| **first) {
            let (all, _, _, starting) = self.room();
            if starting >= at_once || !(unbounded || all == 0 || all + reserve <= budget) {
                break;
            }
            self.line.remove(&appspace);
            self.states[appspace] = State::Starting;
        }
    }

    pub(crate) fn overview(&self) -> Overview {
        let count = |fits: fn(&State) -> bool| self.states.iter().filter(|it| fits(it)).count();
        Overview {
            awake: count(|it| matches!(it, State::Running(..))),
            starting: count(|it| matches!(it, State::Starting)),
            queued: self.line.len(),
            memory: self.room().0,
            budget: self.config.memory_budget,
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap()
}
