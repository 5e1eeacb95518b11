//! What appspaces use: counted while it happens, kept per hour and per day for their owners to see.
//!
//! Whoever uses something tells a [`Meter`]; the [`Recorder`] sums in memory and writes to the
//! [`UsageStore`] once a minute. No request waits for that, and a crash loses a minute of figures at most.

mod period;
mod recorder;
mod store;

use std::{ops::AddAssign, time::Duration};

use crate::{AppspaceId, SandboxId, Timestamp};

pub use period::{Day, Hour};
pub use recorder::{FLUSH_EVERY, Recorder};
pub use store::{HourUsage, RUNS_KEPT, UsageStore};

/// What was used since it was last told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UsageDelta {
    /// Processor time.
    pub cpu: Duration,
    /// Memory times time: 100 MiB held for 10 s are 1000.
    pub memory_mib_seconds: u64,
    /// Bytes of requests' bodies.
    pub bytes_in: u64,
    /// Bytes of responses' bodies.
    pub bytes_out: u64,
    /// Requests that were let in.
    pub requests: u64,
    /// Sandboxes that were started or assigned.
    pub wakes: u64,
    /// The size of the appspace's directory, if it was measured: the latest counts, it does not add up.
    pub disk_bytes: Option<u64>,
}

impl UsageDelta {
    /// Whether it says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl AddAssign for UsageDelta {
    /// Adds what came later.
    fn add_assign(&mut self, later: Self) {
        self.cpu = self.cpu.saturating_add(later.cpu);
        for (sum, more) in [
            (&mut self.memory_mib_seconds, later.memory_mib_seconds),
            (&mut self.bytes_in, later.bytes_in),
            (&mut self.bytes_out, later.bytes_out),
            (&mut self.requests, later.requests),
            (&mut self.wakes, later.wakes),
        ] {
            *sum = sum.saturating_add(more);
        }
        self.disk_bytes = later.disk_bytes.or(self.disk_bytes);
    }
}

/// One run of one sandbox, when it has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunRecord {
    /// The run.
    pub sandbox: SandboxId,
    /// For which appspace.
    pub appspace: AppspaceId,
    /// When it was started.
    pub started: Timestamp,
    /// When it had ended.
    pub ended: Timestamp,
    /// What it used. Requests and bytes may be counted per appspace alone and be 0 here.
    pub usage: UsageDelta,
    /// How it ended, in words for the owner.
    pub death: String,
}

/// Is told what appspaces use. Cheap enough for each request, and never waits.
pub trait Meter: Send + Sync {
    /// Counts what was used.
    fn add(&self, appspace: AppspaceId, delta: UsageDelta);
    /// Notes that a run has ended. Its usage was counted by [`Meter::add`] already and is not added again.
    fn ended(&self, run: RunRecord) {
        let _ = run;
    }
}

/// Counts nothing: where nobody looks.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoMeter;

impl Meter for NoMeter {
    fn add(&self, _: AppspaceId, _: UsageDelta) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usage_adds_up_and_sizes_are_replaced() {
        let some = |requests, disk_bytes| UsageDelta {
            requests,
            disk_bytes,
            cpu: Duration::from_millis(5),
            ..UsageDelta::default()
        };
        let mut sum = UsageDelta::default();
        assert!(sum.is_empty());
        for one in [some(1, Some(10)), some(2, Some(7)), some(u64::MAX, None)] {
            sum += one;
        }
        assert_eq!((sum.requests, sum.disk_bytes), (u64::MAX, Some(7)));
        assert_eq!(sum.cpu, Duration::from_millis(15));
        assert!(!sum.is_empty());
    }
}
