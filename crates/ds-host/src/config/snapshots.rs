//! `[snapshots]`: where they are kept, how often they are taken, and for how long they stay.

use std::path::{Path, PathBuf};

use ds_backup::snapshots::{Place, PlaceSettings, Retention};
use ds_core::snapshots::Every;

use super::reader::Section;

/// What is kept of appspaces, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshots {
    /// Whether any are taken.
    pub enabled: bool,
    /// Where they are kept; none for the data directory's `snapshots`.
    pub places: Vec<Place>,
    /// The file with the key; `None` for the data directory's `snapshots.key`.
    pub key_file: Option<PathBuf>,
    /// How often they are taken, where an appspace has no schedule of its own.
    pub every: Every,
    /// When the daily ones are taken, in minutes after midnight UTC.
    pub daily_at: u32,
    /// Over how many minutes after that they are spread.
    pub spread_minutes: u32,
    /// How many are kept.
    pub keep: Retention,
    /// How much is read back every week, in percent.
    pub verify_percent: u32,
}

/// A time of the day.
struct TimeOfDay(u32);

impl std::str::FromStr for TimeOfDay {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = "must be a time of the day, like 03:00";
        let (hours, minutes) = text.split_once(':').ok_or(wrong)?;
        let number = |text: &str, most: u32| {
            let is_plain = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
            let number: Option<u32> = text.parse().ok().filter(|_| is_plain);
            number.filter(|number| *number < most).ok_or(wrong)
        };
        Ok(Self(number(hours, 24)? * 60 + number(minutes, 60)?))
    }
}

pub(super) fn snapshots(section: Section<'_, '_>, dir: &Path) -> Snapshots {
    let usual = Retention::default();
    let number = |key, most, default| section.number(key, 0..=most).unwrap_or(default);
    let daily_at: Option<TimeOfDay> = section.parsed("daily_at");
    let snapshots = Snapshots {
        enabled: section.flag("enabled").unwrap_or(true),
        places: section
            .sections("places")
            .into_iter()
            .filter_map(|section| place(section, dir))
            .collect(),
        key_file: section.path("key_file").map(|path| dir.join(path)),
        every: section.parsed("every").unwrap_or(Every::Daily),
        daily_at: daily_at.map_or(3 * 60, |time| time.0),
        spread_minutes: number("spread_minutes", 1_440, 120),
        keep: Retention {
            last: number("keep_last", 1_000, usual.last),
            daily: number("keep_daily", 1_000, usual.daily),
            weekly: number("keep_weekly", 1_000, usual.weekly),
            monthly: number("keep_monthly", 1_000, usual.monthly),
        },
        verify_percent: number("verify_percent", 100, 5),
    };
    section.finish();
    snapshots
}

fn place(section: Section<'_, '_>, dir: &Path) -> Option<Place> {
    let below = |path: PathBuf| dir.join(path);
    let settings = PlaceSettings {
        at: section.parsed("at").unwrap_or_default(),
        identity_file: section.path("identity_file").map(below),
        host_key: section.parsed("host_key"),
        region: section.parsed("region"),
        access_key: section.parsed("access_key"),
        secret_key_file: section.path("secret_key_file").map(below),
    };
    let place = Place::try_from(&settings);
    let place = place.map_err(|error| section.complain("at", error.to_string()));
    section.finish();
    place.ok()
}
