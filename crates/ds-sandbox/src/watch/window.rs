//! How much was used within the last ten minutes.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// The window.
pub(super) const WINDOW: Duration = Duration::from_mins(10);
/// Time is counted in slices, so that a window costs two kilobytes and not one entry for each second. The
/// slice that the window begins in does not count, so nobody is said to have used more than they did.
const SLICE: Duration = Duration::from_secs(5);
const SLICES: u64 = WINDOW.as_secs() / SLICE.as_secs();

/// A sum over the last ten minutes.
#[derive(Debug)]
pub(super) struct Window {
    start: Instant,
    /// Slices in which something was used, oldest first.
    slices: VecDeque<(u64, Duration)>,
    sum: Duration,
}

impl Window {
    pub(super) fn new(start: Instant) -> Self {
        Self {
            start,
            slices: VecDeque::new(),
            sum: Duration::ZERO,
        }
    }

    /// Adds what was used just before `now`, which is never before an earlier one.
    pub(super) fn add(&mut self, now: Instant, used: Duration) {
        let slice = self.slice(now);
        self.sum += used;
        match self.slices.back_mut() {
            Some((last, sum)) if *last == slice => *sum += used,
            _ if used.is_zero() => {}
            _ => self.slices.push_back((slice, used)),
        }
    }

    /// The sum.
    pub(super) fn sum(&mut self, now: Instant) -> Duration {
        let now = self.slice(now);
        while let Some((_, used)) = self.slices.pop_front_if(|(old, _)| *old + SLICES <= now) {
            self.sum = self.sum.saturating_sub(used);
        }
        self.sum
    }

    fn slice(&self, now: Instant) -> u64 {
        now.saturating_duration_since(self.start).as_secs() / SLICE.as_secs()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// The twin keeps everything. The sum is never more than was used within ten minutes, and never less
        /// than was used within a slice less.
        #[test]
        fn sums_as_the_naive_one(steps in prop::collection::vec((0_u64..90_000, 0_u64..5_000), 1..200)) {
            let start = Instant::now();
            let mut window = Window::new(start);
            let mut all: Vec<(u64, u64)> = Vec::new();
            let mut now = 0;
            for (pause, used) in steps {
                now += pause;
                window.add(start + Duration::from_millis(now), Duration::from_millis(used));
                all.push((now, used));
                let got = window.sum(start + Duration::from_millis(now));
                let within = |ms: u128| -> u128 {
                    let old = |at: u64| u128::from(now - at);
                    all.iter().filter(|(at, _)| old(*at) < ms).map(|(_, used)| u128::from(*used)).sum()
                };
                prop_assert!(got.as_millis() <= within(WINDOW.as_millis()));
                prop_assert!(got.as_millis() >= within(WINDOW.as_millis() - SLICE.as_millis()));
                prop_assert!(window.slices.len() as u64 <= SLICES);
            }
        }
    }
}
