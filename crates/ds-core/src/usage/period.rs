//! Hours and days, counted in UTC.

use std::fmt;

use crate::Timestamp;

const HOUR_MS: i64 = 3_600_000;

/// One hour, by its number since 1970-01-01 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hour(pub i64);

/// One day, by its number since 1970-01-01 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Day(pub i64);

impl Hour {
    /// The hour of a moment.
    #[must_use]
    pub fn of(time: Timestamp) -> Self {
        Self(time.0.div_euclid(HOUR_MS))
    }

    /// When it begins.
    #[must_use]
    pub fn start(self) -> Timestamp {
        Timestamp(self.0.saturating_mul(HOUR_MS))
    }

    /// The day it is in.
    #[must_use]
    pub fn day(self) -> Day {
        Day(self.0.div_euclid(24))
    }

    /// The hour this many before.
    #[must_use]
    pub fn before(self, hours: u32) -> Self {
        Self(self.0.saturating_sub(i64::from(hours)))
    }
}

impl Day {
    /// The day of a moment.
    #[must_use]
    pub fn of(time: Timestamp) -> Self {
        Hour::of(time).day()
    }

    /// When it begins.
    #[must_use]
    pub fn start(self) -> Timestamp {
        Hour(self.0.saturating_mul(24)).start()
    }

    /// The day this many before.
    #[must_use]
    pub fn before(self, days: u32) -> Self {
        Self(self.0.saturating_sub(i64::from(days)))
    }
}

impl fmt::Display for Hour {
    /// `2026-01-01 13:00`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:02}:00", self.day(), self.0.rem_euclid(24))
    }
}

impl fmt::Display for Day {
    /// `2026-01-01`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = self.start().to_string();
        f.write_str(time.split('T').next().unwrap_or(&time))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_and_days_have_names() {
        let check = |ms: i64, hour: &str, day: &str| {
            let time = Timestamp(ms);
            assert_eq!(Hour::of(time).to_string(), hour);
            assert_eq!(Day::of(time).to_string(), day);
            assert!(Hour::of(time).start() <= time);
            assert!(Day::of(time).start() <= Hour::of(time).start());
        };
        check(0, "1970-01-01 00:00", "1970-01-01");
        check(-1, "1969-12-31 23:00", "1969-12-31");
        check(1_767_225_599_999, "2025-12-31 23:00", "2025-12-31");
        check(1_767_225_600_000, "2026-01-01 00:00", "2026-01-01");
        assert_eq!(Hour(50).before(3), Hour(47));
        assert_eq!(Day(50).before(3), Day(47));
        assert_eq!(Hour(47).day(), Day(1));
    }
}
