//! How often snapshots are taken.

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// The longest time between snapshots that are taken by the hour: a month.
pub const HOURS_MAX: u32 = 720;

const MINUTE: i64 = 60_000;
const DAY: Duration = Duration::from_hours(24);
/// How long a snapshot may take, and what is before it in the line, until one that was due is missed.
const TAKING: Duration = Duration::from_hours(4);

/// How often snapshots of an appspace are taken: `off`, `hourly`, `every 6 hours`, `daily`, `weekly`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Every {
    /// Never, but when somebody asks, and before data is changed.
    Off,
    /// Every so many hours, from 1 to [`HOURS_MAX`].
    Hours(u32),
    /// At the host's time of the day.
    Daily,
    /// At that time of one day of the week, which is always the same for an appspace.
    Weekly,
}

/// A text that names no schedule.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a schedule is `off`, `hourly`, `every 6 hours` (1 to {HOURS_MAX}), `daily` or `weekly`")]
pub struct EveryError;

impl Every {
    /// How much time is between two; `None` if none are taken.
    #[must_use]
    pub fn period(self) -> Option<Duration> {
        match self {
            Self::Off => None,
            Self::Hours(hours) => Some(Duration::from_hours(hours.max(1).into())),
            Self::Daily => Some(DAY),
            Self::Weekly => Some(DAY * 7),
        }
    }

    /// After how long without any something is wrong: a day and the time to take one, or twice the time between
    /// two where that is more than a day.
    #[must_use]
    pub fn late_after(self) -> Option<Duration> {
        let period = self.period()?;
        Some(if period <= DAY {
            DAY + TAKING
        } else {
            period * 2
        })
    }

    /// The last moment at which one was due: `at` minutes after midnight UTC, and `turn` minutes later than those of
    /// the first appspace. By the hour, midnight is no matter.
    #[must_use]
    pub fn due(self, now: Timestamp, at: u32, turn: Turn) -> Option<Timestamp> {
        let period = i64::try_from(self.period()?.as_millis()).ok()?;
        let minutes = match self {
            Self::Off => return None,
            Self::Hours(_) => i64::from(turn.minutes) % (period / MINUTE),
            Self::Daily => i64::from(at + turn.minutes),
            Self::Weekly => i64::from(at + turn.minutes) + i64::from(turn.day % 7) * 24 * 60,
        };
        let within = minutes * MINUTE;
        Some(Timestamp(
            (now.0 - within).div_euclid(period) * period + within,
        ))
    }
}

/// When an appspace has its turn: always the same, so that its snapshots are evenly apart and not all at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Minutes after the first appspace.
    pub minutes: u32,
    /// The day of the week.
    pub day: u32,
}

impl FromStr for Every {
    type Err = EveryError;

    fn from_str(text: &str) -> Result<Self, EveryError> {
        match text {
            "off" => return Ok(Self::Off),
            "hourly" => return Ok(Self::Hours(1)),
            "daily" => return Ok(Self::Daily),
            "weekly" => return Ok(Self::Weekly),
            _ => {}
        }
        let number = text.strip_prefix("every ").and_then(|rest| {
            let rest = rest.strip_suffix(" hours");
            rest.filter(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
        });
        let hours = number.and_then(|number| number.parse().ok());
        hours
            .filter(|hours| (1..=HOURS_MAX).contains(hours))
            .map(Self::Hours)
            .ok_or(EveryError)
    }
}

impl fmt::Display for Every {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => f.write_str("off"),
            Self::Hours(1) => f.write_str("hourly"),
            Self::Hours(hours) => write!(f, "every {hours} hours"),
            Self::Daily => f.write_str("daily"),
            Self::Weekly => f.write_str("weekly"),
        }
    }
}

impl TryFrom<String> for Every {
    type Error = EveryError;

    fn try_from(text: String) -> Result<Self, EveryError> {
        text.parse()
    }
}

impl From<Every> for String {
    fn from(every: Every) -> Self {
        every.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 60 * MINUTE;
    const DAYS: i64 = 24 * HOUR;

    #[test]
    fn schedules_as_people_write_them() {
        let check = |text: &str, expect: Option<Every>| {
            assert_eq!(text.parse().ok(), expect, "{text}");
            if let Some(every) = expect {
                assert_eq!(every.to_string().parse(), Ok(every), "{text}");
            }
        };
        check("off", Some(Every::Off));
        check("hourly", Some(Every::Hours(1)));
        check("every 1 hours", Some(Every::Hours(1)));
        check("every 6 hours", Some(Every::Hours(6)));
        check("every 720 hours", Some(Every::Hours(720)));
        check("daily", Some(Every::Daily));
        check("weekly", Some(Every::Weekly));
        for wrong in [
            "",
            "Daily",
            "every 0 hours",
            "every 721 hours",
            "every +6 hours",
            "every  hours",
            "6",
        ] {
            check(wrong, None);
        }
    }

    #[test]
    fn when_one_is_due() {
        let check = |every: Every, now: i64, at: u32, minutes: u32, day: u32, expect: i64| {
            let due = every.due(Timestamp(now), at, Turn { minutes, day });
            assert_eq!(due, Some(Timestamp(expect)), "{every} at {now}");
        };
        let three = 3 * HOUR;
        check(Every::Daily, 10 * DAYS, 0, 0, 5, 10 * DAYS);
        check(
            Every::Daily,
            10 * DAYS + three,
            120,
            60,
            0,
            10 * DAYS + three,
        );
        check(
            Every::Daily,
            10 * DAYS + three - 1,
            180,
            0,
            0,
            9 * DAYS + three,
        );
        // Beyond midnight it is the night of the day before.
        check(
            Every::Daily,
            10 * DAYS,
            24 * 60,
            30,
            0,
            9 * DAYS + 30 * MINUTE,
        );
        check(Every::Weekly, 16 * DAYS, 180, 0, 1, 15 * DAYS + three);
        check(
            Every::Weekly,
            15 * DAYS + three - 1,
            180,
            0,
            1,
            8 * DAYS + three,
        );
        check(
            Every::Hours(1),
            5 * HOUR + 1,
            180,
            90,
            0,
            4 * HOUR + 30 * MINUTE,
        );
        check(
            Every::Hours(6),
            13 * HOUR,
            180,
            30,
            0,
            12 * HOUR + 30 * MINUTE,
        );
        assert_eq!(
            Every::Off.due(Timestamp(0), 0, Turn { minutes: 0, day: 0 }),
            None
        );
    }

    #[test]
    fn when_something_is_wrong() {
        let check = |every: Every, expect: Option<u64>| {
            assert_eq!(
                every.late_after(),
                expect.map(Duration::from_hours),
                "{every}"
            );
        };
        check(Every::Off, None);
        check(Every::Hours(1), Some(28));
        check(Every::Daily, Some(28));
        check(Every::Hours(36), Some(72));
        check(Every::Weekly, Some(14 * 24));
    }
}
