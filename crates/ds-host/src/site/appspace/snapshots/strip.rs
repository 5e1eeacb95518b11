//! A picture of the days of which there are snapshots.

use ds_core::{Timestamp, usage::Day};

use crate::site::words;

/// How many days it shows.
const DAYS: usize = 30;

/// The last days, oldest first.
#[derive(Debug)]
pub(super) struct Strip {
    pub(super) days: Vec<StripDay>,
    /// What is to be seen, in a sentence.
    pub(super) sentence: String,
    /// The first day.
    pub(super) from: String,
}

/// A day.
#[derive(Debug)]
pub(super) struct StripDay {
    /// Where it begins, of 10 for each.
    pub(super) left: usize,
    /// How high its bar is, of 40; 0 for none.
    pub(super) height: usize,
    /// `22 Nov: 2 snapshots`
    pub(super) title: String,
}

impl StripDay {
    pub(super) fn top(&self) -> usize {
        40 - self.height
    }
}

impl Strip {
    /// The snapshots that were made at these moments, as they look now.
    pub(super) fn of(made: impl Iterator<Item = Timestamp>, now: Timestamp) -> Self {
        let today = Day::of(now);
        let mut counts = [0_usize; DAYS];
        for made in made {
            let ago = today.0.checked_sub(Day::of(made).0);
            let ago = ago.and_then(|ago| usize::try_from(ago).ok());
            if let Some(ago) = ago.filter(|ago| *ago < DAYS) {
                counts[DAYS - 1 - ago] += 1;
            }
        }
        let with_some = counts.iter().filter(|count| **count > 0).count();
        let day = |at: usize| {
            let ago = i64::try_from(DAYS - 1 - at).unwrap_or(0);
            words::day(Day(today.0 - ago))
        };
        let days = counts.iter().enumerate().map(|(at, count)| StripDay {
            left: at * 10,
            height: [0, 20, 30, 40][(*count).min(3)],
            title: match count {
                0 => format!("{}: none", day(at)),
                1 => format!("{}: 1 snapshot", day(at)),
                more => format!("{}: {more} snapshots", day(at)),
            },
        });
        Self {
            days: days.collect(),
            sentence: format!("There are snapshots of {with_some} of the last {DAYS} days."),
            from: day(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_their_snapshots() {
        let now = Timestamp(1_795_356_300_000);
        let day = 86_400_000;
        let made = [0, 1, 1, 29, 30, -1].map(|ago| Timestamp(now.0 - ago * day));
        let strip = Strip::of(made.into_iter(), now);
        assert_eq!(strip.days.len(), DAYS);
        assert_eq!(strip.from, "24 Oct");
        assert_eq!(
            strip.sentence,
            "There are snapshots of 3 of the last 30 days."
        );
        let titles: Vec<_> = strip.days.iter().map(|day| day.title.as_str()).collect();
        assert_eq!(titles[0], "24 Oct: 1 snapshot");
        assert_eq!(titles[28..], ["21 Nov: 2 snapshots", "22 Nov: 1 snapshot"]);
        assert_eq!(titles[1], "25 Oct: none");
        let last = &strip.days[29];
        assert_eq!((last.left, last.height, last.top()), (290, 20, 20));
    }
}
