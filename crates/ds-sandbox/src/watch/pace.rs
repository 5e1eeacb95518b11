//! When directories are measured again.
//!
//! A walk looks at every file: 1 to 2 µs each while the kernel has them in memory. Small directories are walked
//! each second while the app writes. Where a walk is dear, what the app can have added since the last one is
//! reckoned from what the kernel counted, and it is walked again as soon as that could be too much.

use std::time::{Duration, Instant};

use super::tree::LEAST;

/// A walk that may happen each second: 1 % of a processor.
const CHEAP: Duration = Duration::from_millis(10);
/// Dear walks take at most one part in so many of a processor, unless the limit is near.
const SHARE: u32 = 50;
/// Who used less processor time than this has made no files worth a walk.
const HARDLY_ANY: Duration = Duration::from_millis(5);
/// Files and directories can be made without writing to them, but no faster than this.
const ONE_FILE: Duration = Duration::from_micros(10);
/// How much more than the limit there may be before a dear walk finds it: one part in so many.
const TOLERANCE: u64 = 64;

/// What was counted so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Activity {
    pub(super) cpu: Duration,
    /// `None` if the host may not know.
    pub(super) written: Option<u64>,
}

impl Activity {
    /// Whether it may have written since.
    pub(super) fn wrote_since(&self, earlier: &Self) -> bool {
        match (self.written, earlier.written) {
            (Some(now), Some(then)) => now > then,
            _ => self.used_since(earlier) >= HARDLY_ANY,
        }
    }

    fn used_since(&self, earlier: &Self) -> Duration {
        self.cpu.saturating_sub(earlier.cpu)
    }

    /// The most that it can have added since.
    fn added_since(&self, earlier: &Self) -> u64 {
        let (Some(now), Some(then)) = (self.written, earlier.written) else {
            return u64::MAX;
        };
        let files = self.used_since(earlier).as_micros() / ONE_FILE.as_micros();
        let files = u64::try_from(files).unwrap_or(u64::MAX);
        now.saturating_sub(then)
            .saturating_add(files.saturating_mul(LEAST))
    }
}

/// The last measurement.
#[derive(Clone, Copy, Debug)]
struct Last {
    at: Instant,
    took: Duration,
    bytes: u64,
    activity: Activity,
}

/// Decides when to measure.
#[derive(Debug)]
pub(super) struct Pace {
    limit: u64,
    last: Option<Last>,
}

impl Pace {
    pub(super) fn new(limit: u64) -> Self {
        Self { limit, last: None }
    }

    /// Whether to measure now.
    pub(super) fn is_due(&self, now: Instant, activity: &Activity) -> bool {
        let Some(last) = &self.last else { return true };
        let used = activity.used_since(&last.activity);
        if !activity.wrote_since(&last.activity) && used < HARDLY_ANY {
            return false;
        }
        if last.took <= CHEAP {
            return true;
        }
        let rest = now.saturating_duration_since(last.at);
        if rest >= last.took.saturating_mul(SHARE) {
            return true;
        }
        let most = last
            .bytes
            .saturating_add(activity.added_since(&last.activity));
        most > self.limit.saturating_add(self.limit / TOLERANCE) && rest >= last.took
    }

    /// Notes a measurement that began when so much had been counted.
    pub(super) fn measured(&mut self, at: Instant, took: Duration, bytes: u64, activity: Activity) {
        self.last = Some(Last {
            at,
            took,
            bytes,
            activity,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    /// After a walk that took `took` ms and found `mib` of 1000 MiB: is the next due `secs` later, when so much
    /// was written and so many ms of processor time were used?
    fn check(took: u64, mib: u64, secs: u64, written: Option<u64>, cpu: u64, expect: bool) {
        let mut pace = Pace::new(1000 * MIB);
        let start = Instant::now();
        let began = Activity {
            cpu: Duration::from_secs(1),
            written: written.map(|_| 77),
        };
        assert!(pace.is_due(start, &began));
        pace.measured(start, Duration::from_millis(took), mib * MIB, began);
        let later = Activity {
            cpu: began.cpu + Duration::from_millis(cpu),
            written: written.map(|mib| 77 + mib * MIB),
        };
        let got = pace.is_due(start + Duration::from_secs(secs), &later);
        assert_eq!(got, expect, "{took} {mib} {secs} {written:?} {cpu}");
    }

    #[test]
    fn walks_are_due_when_they_can_matter() {
        // Nothing happened.
        check(1, 0, 3600, Some(0), 0, false);
        check(1, 0, 3600, Some(0), 4, false);
        check(1, 0, 3600, None, 0, false);
        // A cheap walk is done whenever something did.
        check(10, 0, 1, Some(1), 0, true);
        check(10, 0, 1, Some(0), 5, true);
        check(10, 0, 1, None, 4, false);
        check(10, 0, 1, None, 5, true);
        // A dear one if the limit can be reached, or after a while.
        check(500, 100, 1, Some(10), 5, false);
        check(500, 100, 24, Some(10), 5, false);
        check(500, 100, 25, Some(10), 5, true);
        check(500, 900, 1, Some(200), 5, true);
        check(500, 900, 1, Some(100), 5, false);
        // Empty files, 100 for each ms: 20 MiB are not enough, 200 are.
        check(500, 900, 1, Some(0), 50, false);
        check(500, 900, 1, Some(0), 500, true);
        // The host may not know what was written.
        check(500, 100, 1, None, 5, true);
        // It never takes more than half the time.
        check(1500, 999, 1, Some(500), 500, false);
        check(1500, 999, 2, Some(500), 500, true);
    }
}
