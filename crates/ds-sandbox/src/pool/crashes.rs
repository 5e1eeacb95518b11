//! Leaving code alone that crashes again and again.

use std::time::Duration;

use ds_core::Timestamp;

/// The first pause; each further crash doubles it.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_mins(5);

/// The crashes of one appspace's code that came one soon after another.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Crashes {
    in_a_row: u32,
    last: Option<Timestamp>,
    pause: Duration,
}

impl Crashes {
    /// Counts a crash. From the `limit`th in a row on, each is followed by a longer pause.
    pub(super) fn add(&mut self, now: Timestamp, limit: u32, window: Duration) {
        if !self.are_recent(now, window) {
            *self = Self::default();
        }
        self.in_a_row = self.in_a_row.saturating_add(1);
        self.last = Some(now);
        self.pause = match self.in_a_row.checked_sub(limit) {
            None => Duration::ZERO,
            Some(doublings) => FIRST_PAUSE
                .saturating_mul(1 << doublings.min(16))
                .min(LONGEST_PAUSE),
        };
    }

    /// How long until a start may be tried again, if not now.
    pub(super) fn retry_after(&self, now: Timestamp) -> Option<Duration> {
        let until = self.last?.plus(self.pause);
        let left = u64::try_from(until.0.saturating_sub(now.0)).ok()?;
        (left > 0).then(|| Duration::from_millis(left).min(self.pause))
    }

    /// Whether the next crash would still count as one of this row.
    pub(super) fn are_recent(&self, now: Timestamp, window: Duration) -> bool {
        self.last
            .is_some_and(|last| now < last.plus(self.pause).plus(window))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Duration = Duration::from_mins(1);

    /// Crashes at these seconds; then the pause in seconds as asked at the last moment given.
    fn check(crashes: &[i64], asked: i64, expect: Option<u64>) {
        let mut row = Crashes::default();
        for second in crashes {
            row.add(Timestamp(second * 1000), 3, WINDOW);
        }
        let got = row.retry_after(Timestamp(asked * 1000));
        assert_eq!(got.map(|d| d.as_secs()), expect, "{crashes:?} at {asked}");
    }

    #[test]
    fn pauses_grow_and_end() {
        check(&[], 0, None);
        check(&[0, 1], 1, None);
        check(&[0, 1, 2], 2, Some(5));
        check(&[0, 1, 2], 6, Some(1));
        check(&[0, 1, 2], 7, None);
        check(&[0, 1, 2, 8], 8, Some(10));
        check(&[0, 1, 2, 8, 20], 20, Some(20));
        check(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 0, Some(300));
        // A minute without a crash after the pause, and the row is over.
        check(&[0, 1, 2, 67], 67, None);
        check(&[0, 59, 118], 118, Some(5));
        check(&[0, 60, 120], 120, None);
        // A clock set back does not lengthen the pause.
        check(&[100, 100, 100], 0, Some(5));
    }
}
