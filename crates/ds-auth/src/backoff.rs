//! What failed is not tried again for a while, which doubles each time.

use std::{hash::Hash, sync::Arc, time::Duration};

use ds_core::{Clock, Timestamp};
use moka::{ops::compute::Op, policy::EvictionPolicy, sync::Cache};

/// How many failures are remembered.
const REMEMBERED: u64 = 10_000;

/// Failures, by what failed. Kept in memory alone.
pub struct Backoff<K> {
    clock: Arc<dyn Clock>,
    first: Duration,
    longest: Duration,
    failures: Cache<K, Failures>,
}

#[derive(Clone, Copy)]
struct Failures {
    last: Timestamp,
    rest: Duration,
}

impl<K: Hash + Eq + Send + Sync + 'static> Backoff<K> {
    /// Nothing failed yet. What fails rests for `first`, then twice as long, and so on, but never for more than `longest`.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, first: Duration, longest: Duration) -> Self {
        let failures = Cache::builder()
            .max_capacity(REMEMBERED)
            .time_to_live(longest * 2)
            .eviction_policy(EvictionPolicy::lru());
        Self {
            clock,
            first,
            longest,
            failures: failures.build(),
        }
    }

    /// Whether it is not to be tried yet.
    pub fn rests(&self, what: &K) -> bool {
        let found = self.failures.get(what);
        found.is_some_and(|failures| self.clock.now() < failures.last.plus(failures.rest))
    }

    /// It failed, again or for the first time.
    pub fn failed(&self, what: K) {
        let last = self.clock.now();
        self.failures.entry(what).and_compute_with(|entry| {
            let before = entry.map(moka::Entry::into_value);
            let rest = before.map_or(self.first, |before| (before.rest * 2).min(self.longest));
            Op::Put(Failures { last, rest })
        });
    }

    /// It did not fail: what was before counts no more.
    pub fn worked(&self, what: &K) {
        self.failures.invalidate(what);
    }
}

#[cfg(test)]
mod tests {
    use ds_core::ManualClock;

    use super::*;

    #[test]
    fn a_rest_doubles_until_it_works() {
        const MINUTE: Duration = Duration::from_mins(1);
        let clock = Arc::new(ManualClock::new(Timestamp(0)));
        let backoff = Backoff::new(clock.clone(), MINUTE, MINUTE * 5);
        assert!(!backoff.rests(&"b.example"));
        for rest in [60, 120, 240, 300, 300] {
            backoff.failed("b.example");
            clock.advance(Duration::from_secs(rest - 1));
            assert!(backoff.rests(&"b.example"), "{rest}");
            assert!(!backoff.rests(&"c.example"));
            clock.advance(Duration::from_secs(1));
            assert!(!backoff.rests(&"b.example"), "{rest}");
        }
        backoff.failed("b.example");
        backoff.worked(&"b.example");
        assert!(!backoff.rests(&"b.example"));
        backoff.failed("b.example");
        clock.advance(MINUTE);
        assert!(!backoff.rests(&"b.example"), "it begins anew");
    }

    #[test]
    fn the_newest_is_remembered_when_there_are_too_many() {
        let clock = Arc::new(ManualClock::new(Timestamp(0)));
        let backoff = Backoff::new(clock, Duration::from_mins(1), Duration::from_mins(1));
        for n in 0..=REMEMBERED {
            backoff.failed(n);
        }
        backoff.failures.run_pending_tasks();
        assert!(backoff.rests(&REMEMBERED) && backoff.failures.entry_count() <= REMEMBERED);
    }
}
