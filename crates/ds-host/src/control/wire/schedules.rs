//! What is said about when snapshots are taken.

use serde::{Deserialize, Serialize};

use crate::ops;

/// Something that is set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// What, as in the configuration: `every`, `keep_last` …
    pub key: String,
    /// To what; `default` leaves it to the host.
    pub value: String,
}

/// How often snapshots of an appspace are taken, how many are kept, and how it went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// The id of the appspace.
    pub appspace: String,
    /// The host name where it answers.
    pub address: String,
    /// How often: `off`, `hourly`, `every 6 hours`, `daily`, `weekly`.
    pub every: String,
    /// How many of the latest stay.
    pub keep_last: u32,
    /// For how many days the latest of the day stays.
    pub keep_daily: u32,
    /// For how many weeks the latest of the week stays.
    pub keep_weekly: u32,
    /// For how many months the latest of the month stays.
    pub keep_monthly: u32,
    /// What of that is set for this appspace alone.
    pub set: Vec<String>,
    /// When the last snapshot was taken, RFC 3339.
    pub last: Option<String>,
    /// At how many places that is,
    pub kept: Option<u32>,
    /// of how many.
    pub places: Option<u32>,
    /// Why it is not at the others.
    pub missed: Option<String>,
    /// When one was tried in vain since, RFC 3339.
    pub failed: Option<String>,
    /// Why.
    pub failure: Option<String>,
    /// Since when it is known that there was none for too long, RFC 3339.
    pub late: Option<String>,
}

impl From<ops::Schedule> for Schedule {
    fn from(schedule: ops::Schedule) -> Self {
        let (state, keep, set) = (schedule.state, schedule.keep, schedule.set);
        let (last, failure) = (state.last, state.failure);
        let is_set = [
            ("every", set.every.is_some()),
            ("keep_last", set.keep_last.is_some()),
            ("keep_daily", set.keep_daily.is_some()),
            ("keep_weekly", set.keep_weekly.is_some()),
            ("keep_monthly", set.keep_monthly.is_some()),
        ];
        let is_set = is_set.into_iter().filter(|(_, is_set)| *is_set);
        Self {
            appspace: schedule.appspace.id.to_string(),
            address: schedule.appspace.address.to_string(),
            every: state.every.to_string(),
            keep_last: keep.last,
            keep_daily: keep.daily,
            keep_weekly: keep.weekly,
            keep_monthly: keep.monthly,
            set: is_set.map(|(key, _)| key.to_owned()).collect(),
            last: last.as_ref().map(|last| last.made.to_string()),
            kept: last.as_ref().map(|last| last.kept),
            places: last.as_ref().map(|last| last.places),
            missed: last.and_then(|last| last.missed),
            failed: failure.as_ref().map(|failure| failure.at.to_string()),
            failure: failure.map(|failure| failure.why),
            late: state.late.map(|since| since.to_string()),
        }
    }
}
