//! Which snapshots are kept.

use std::collections::BTreeSet;

use ds_core::{AppspaceId, Timestamp};
use jiff::{civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

use super::{Repository, Snapshot, SnapshotError, SnapshotId};

/// How many snapshots of an appspace are kept. Each rule keeps the latest of as many days, ISO weeks or months as
/// it says, of those that have one; what any rule keeps stays. Days begin at midnight UTC, so that the same
/// snapshots are kept whatever a host's time zone is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub struct Retention {
    /// So many of the latest.
    pub last: u32,
    /// The latest of so many days.
    pub daily: u32,
    /// The latest of so many weeks.
    pub weekly: u32,
    /// The latest of so many months.
    pub monthly: u32,
}

impl Default for Retention {
    /// The five latest, one a day for two weeks, one a week for two months, one a month for a year.
    fn default() -> Self {
        Self {
            last: 5,
            daily: 14,
            weekly: 8,
            monthly: 12,
        }
    }
}

impl Retention {
    /// Those of one appspace's snapshots that no rule keeps, when one of them was just stored. That one always stays,
    /// whatever the rules say. The host's clock may have been wrong, now or before: snapshots from after the one just
    /// stored keep none of the others out, and the rules keep as many of them as of the others.
    #[must_use]
    pub fn forgotten(&self, snapshots: &[Snapshot], stored: &SnapshotId) -> Vec<SnapshotId> {
        let just = snapshots.iter().find(|one| one.id == *stored);
        let now = just.map_or(Timestamp(i64::MAX), |just| just.made);
        let (later, until_now): (Vec<_>, Vec<_>) = snapshots.iter().partition(|one| one.made > now);
        let mut forgotten = self.not_kept(&until_now);
        forgotten.extend(self.not_kept(&later));
        forgotten.retain(|id| id != stored);
        forgotten
    }

    /// The latest always stays.
    fn not_kept(&self, snapshots: &[&Snapshot]) -> Vec<SnapshotId> {
        let mut newest_first: Vec<_> = snapshots.iter().map(|s| (s.made, &s.id)).collect();
        newest_first.sort_unstable_by(|a, b| b.cmp(a));
        let moments: Vec<_> = newest_first.iter().map(|(made, _)| *made).collect();
        let kept = self.kept(&moments);
        let all = newest_first.into_iter().enumerate();
        all.filter(|(at, _)| !kept.contains(at))
            .map(|(_, (_, id))| id.clone())
            .collect()
    }

    /// Which of these moments, newest first, are kept.
    fn kept(&self, moments: &[Timestamp]) -> BTreeSet<usize> {
        let last = usize::try_from(self.last.max(1)).unwrap_or(usize::MAX);
        let mut kept: BTreeSet<usize> = (0..moments.len().min(last)).collect();
        keep(moments, self.daily, &mut kept, |date| {
            (date.year(), i16::from(date.month()), date.day())
        });
        keep(moments, self.weekly, &mut kept, |date| {
            let week = date.iso_week_date();
            (week.year(), i16::from(week.week()), 0)
        });
        keep(moments, self.monthly, &mut kept, |date| {
            (date.year(), i16::from(date.month()), 0)
        });
        kept
    }
}

/// Keeps the first moment of each of so many periods.
fn keep<P: PartialEq>(
    moments: &[Timestamp],
    most: u32,
    kept: &mut BTreeSet<usize>,
    period: impl Fn(Date) -> P,
) {
    let (mut left, mut latest) = (most, None);
    for (at, moment) in moments.iter().enumerate() {
        if left == 0 {
            return;
        }
        let this = Some(period(day(*moment)));
        if this != latest {
            latest = this;
            left -= 1;
            kept.insert(at);
        }
    }
}

/// The day of a moment, UTC. One that no calendar has is at the calendar's end.
fn day(moment: Timestamp) -> Date {
    let moment = jiff::Timestamp::from_millisecond(moment.0);
    moment.map_or(Date::MAX, |moment| moment.to_zoned(TimeZone::UTC).date())
}

impl Repository {
    /// Forgets those snapshots of an appspace that a retention does not keep, when one was just stored, and says which.
    /// Their data stays until [`Self::prune`]. Blocks.
    ///
    /// # Errors
    /// If the place cannot be read or written; some may be forgotten then.
    pub fn apply(
        &self,
        appspace: AppspaceId,
        retention: &Retention,
        stored: &SnapshotId,
    ) -> Result<Vec<SnapshotId>, SnapshotError> {
        let forgotten = retention.forgotten(&self.list(Some(appspace))?, stored);
        self.forget(&forgotten)?;
        Ok(forgotten)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(last: u32, daily: u32, weekly: u32, monthly: u32) -> Retention {
        Retention {
            last,
            daily,
            weekly,
            monthly,
        }
    }

    /// Snapshots at these times, and which of them stay: `*` before a time says so.
    fn check(rules: Retention, table: &[&str]) {
        let snapshots: Vec<Snapshot> = table.iter().map(|line| snapshot(line)).collect();
        let newest = snapshots.iter().max_by_key(|one| one.made);
        let newest = newest.map_or_else(|| "0".repeat(64).parse().unwrap(), |it| it.id.clone());
        let forgotten = rules.forgotten(&snapshots, &newest);
        for (line, snapshot) in table.iter().zip(&snapshots) {
            let stays = !forgotten.contains(&snapshot.id);
            assert_eq!(stays, line.starts_with('*'), "{rules:?}: {line}");
        }
    }

    fn snapshot(line: &str) -> Snapshot {
        let time = line.trim_start_matches(['*', ' ']);
        let time: jiff::Timestamp = format!("{time}Z").parse().unwrap();
        Snapshot {
            id: format!("{:064x}", time.as_millisecond()).parse().unwrap(),
            appspace: "01980000-0000-7000-8000-000000000000".parse().unwrap(),
            address: "notes.example".to_owned(),
            made: Timestamp(time.as_millisecond()),
            reason: None,
            consistency: None,
            bytes: 0,
            files: 0,
            about: None,
        }
    }

    #[test]
    fn each_rule_keeps_the_latest_of_its_periods() {
        check(rules(0, 0, 0, 0), &[]);
        check(
            rules(0, 0, 0, 0),
            &["  2026-11-21T10:00", "* 2026-11-22T10:00"],
        );
        check(
            rules(2, 0, 0, 0),
            &[
                "  2026-11-20T10:00",
                "* 2026-11-21T10:00",
                "* 2026-11-21T10:01",
            ],
        );
        check(
            rules(9, 0, 0, 0),
            &["* 2026-11-20T10:00", "* 2026-11-21T10:00"],
        );
        check(
            rules(1, 2, 0, 0),
            &[
                "  2026-11-19T23:59",
                "  2026-11-20T00:00",
                "* 2026-11-20T23:59",
                // A day without one counts for nothing.
                "  2026-11-22T00:00",
                "* 2026-11-22T12:00",
            ],
        );
    }

    #[test]
    fn weeks_are_iso_weeks_and_years_end_within_them() {
        check(
            rules(1, 0, 3, 0),
            &[
                "  2026-12-20T23:59",
                "* 2026-12-27T23:59",
                // Monday to Sunday of the week that has New Year in it.
                "  2026-12-28T00:00",
                "* 2027-01-03T23:59",
                "* 2027-01-04T00:00",
            ],
        );
    }

    #[test]
    fn months_are_told_apart_from_the_same_month_of_another_year() {
        check(
            rules(1, 0, 0, 3),
            &[
                "  2025-09-30T10:00",
                "* 2025-11-30T10:00",
                "  2026-11-01T10:00",
                "* 2026-11-20T10:00",
                "* 2026-12-01T00:00",
            ],
        );
    }

    #[test]
    fn rules_add_up() {
        check(
            rules(2, 2, 2, 2),
            &[
                "  2026-09-30T10:00",
                "* 2026-10-31T10:00",
                "  2026-11-14T10:00",
                "* 2026-11-15T10:00",
                "* 2026-11-20T10:00",
                "  2026-11-21T09:00",
                "* 2026-11-21T10:00",
                "* 2026-11-21T10:01",
            ],
        );
    }

    /// The clock was years ahead for some days, or is behind now.
    #[test]
    fn what_was_just_stored_stays_whatever_the_clock_says() {
        let check = |rules: Retention, table: &[&str], stored: &str| {
            let snapshots: Vec<Snapshot> = table.iter().map(|line| snapshot(line)).collect();
            let forgotten = rules.forgotten(&snapshots, &snapshot(stored).id);
            for (line, one) in table.iter().zip(&snapshots) {
                let stays = !forgotten.contains(&one.id);
                assert_eq!(stays, line.starts_with('*'), "{rules:?}: {line}");
            }
        };
        let ahead = [
            "* 2026-11-20T10:00",
            "* 2026-11-21T10:00",
            "  2036-11-21T10:00",
            "* 2036-11-22T10:00",
            "* 2036-11-23T10:00",
        ];
        check(rules(2, 0, 0, 0), &ahead, "2026-11-21T10:00");
        // Those from before the clock was wrong go when as many were stored since.
        let back = [
            "  2026-11-19T10:00",
            "* 2026-11-20T10:00",
            "* 2026-11-21T10:00",
            "* 1970-01-01T00:10",
        ];
        check(rules(2, 0, 0, 0), &back, "1970-01-01T00:10");
        let forward = ["* 2026-11-21T10:00", "* 2036-01-01T00:10"];
        check(rules(2, 1, 0, 0), &forward, "2036-01-01T00:10");
    }
}
