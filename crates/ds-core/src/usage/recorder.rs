//! Sums usage in memory and writes it down once a minute.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use super::{Hour, HourUsage, Meter, RunRecord, UsageDelta, UsageStore};
use crate::{AppspaceId, Clock, StoreError, error_chain};

/// How often usage is written down, and so how much of it a crash can lose.
pub const FLUSH_EVERY: Duration = Duration::from_mins(1);

/// How much waits at most while the store fails: figures are not worth all memory.
const MOST_HOURS: usize = 50_000;
const MOST_RUNS: usize = 5_000;

/// The [`Meter`] of a host.
pub struct Recorder {
    store: Arc<dyn UsageStore>,
    clock: Arc<dyn Clock>,
    waiting: Mutex<Waiting>,
    /// One write at a time: whoever flushes last also waits for what is being written.
    writing: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Waiting {
    hours: HashMap<(AppspaceId, Hour), UsageDelta>,
    runs: Vec<RunRecord>,
}

impl Recorder {
    /// Counts for this store. Nothing is written before [`flush`](Self::flush) or [`run`](Self::run).
    pub fn new(store: Arc<dyn UsageStore>, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            clock,
            waiting: Mutex::default(),
            writing: tokio::sync::Mutex::default(),
        }
    }

    /// Writes down what was counted since the last time; nothing if nothing was. What could not be written
    /// waits for the next time.
    pub async fn flush(&self) -> Result<(), StoreError> {
        let _one_at_a_time = self.writing.lock().await;
        let taken = self.with(std::mem::take);
        if taken.hours.is_empty() && taken.runs.is_empty() {
            return Ok(());
        }
        let hours: Vec<HourUsage> = taken
            .hours
            .iter()
            .map(|((appspace, hour), usage)| HourUsage {
                appspace: *appspace,
                hour: *hour,
                usage: *usage,
            })
            .collect();
        let written = self.store.add_usage(&hours, &taken.runs).await;
        if written.is_err() {
            self.with(|waiting| waiting.put_back(taken));
        }
        written
    }

    /// Writes once a minute, for as long as it is polled.
    pub async fn run(&self) {
        loop {
            tokio::time::sleep(FLUSH_EVERY).await;
            if let Err(error) = self.flush().await {
                tracing::warn!(error = %error_chain(&error), "cannot write down what appspaces used; trying again in a minute");
            }
        }
    }

    /// What an appspace used that is not written down yet.
    #[must_use]
    pub fn unwritten(&self, appspace: AppspaceId) -> Vec<(Hour, UsageDelta)> {
        self.with(|waiting| {
            let own = waiting.hours.iter().filter(|((of, _), _)| *of == appspace);
            own.map(|((_, hour), usage)| (*hour, *usage)).collect()
        })
    }

    fn with<T>(&self, act: impl FnOnce(&mut Waiting) -> T) -> T {
        act(&mut self.waiting.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Meter for Recorder {
    fn add(&self, appspace: AppspaceId, delta: UsageDelta) {
        let hour = Hour::of(self.clock.now());
        self.with(|waiting| waiting.add((appspace, hour), delta));
    }

    fn ended(&self, run: RunRecord) {
        self.with(|waiting| {
            if waiting.runs.len() < MOST_RUNS {
                waiting.runs.push(run);
            }
        });
    }
}

impl Waiting {
    fn add(&mut self, key: (AppspaceId, Hour), delta: UsageDelta) {
        let has_room = self.hours.len() < MOST_HOURS;
        match self.hours.get_mut(&key) {
            Some(sum) => *sum += delta,
            None if has_room && !delta.is_empty() => {
                self.hours.insert(key, delta);
            }
            None => {}
        }
    }

    /// Puts older figures before those that came meanwhile.
    fn put_back(&mut self, older: Self) {
        let newer = std::mem::replace(self, older);
        for (key, usage) in newer.hours {
            self.add(key, usage);
        }
        let room = MOST_RUNS.saturating_sub(self.runs.len());
        self.runs.extend(newer.runs.into_iter().take(room));
    }
}

#[cfg(test)]
mod tests;
