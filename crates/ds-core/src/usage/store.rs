//! Where usage is kept.

use async_trait::async_trait;

use super::{Day, Hour, RunRecord, UsageDelta};
use crate::{AccountId, AppspaceId, StoreError, Timestamp};

/// How many runs of an appspace are remembered: the newest.
pub const RUNS_KEPT: usize = 200;

/// What an appspace used within an hour, more of it perhaps to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HourUsage {
    /// Which appspace.
    pub appspace: AppspaceId,
    /// Which hour.
    pub hour: Hour,
    /// What it used.
    pub usage: UsageDelta,
}

/// What appspaces used, by hour and by day, and their last runs.
#[async_trait]
pub trait UsageStore: Send + Sync {
    /// Adds usage to its hours and their days, and notes runs: all of it or nothing. What belongs to an
    /// appspace that is gone is left out, and a run that is known already is not noted twice. Of each
    /// appspace [`RUNS_KEPT`] runs stay.
    async fn add_usage(&self, hours: &[HourUsage], runs: &[RunRecord]) -> Result<(), StoreError>;
    /// The hours from `from` up to and without `until` in which something was used, oldest first.
    async fn hours(
        &self,
        appspace: AppspaceId,
        from: Hour,
        until: Hour,
    ) -> Result<Vec<(Hour, UsageDelta)>, StoreError>;
    /// The days from `from` up to and without `until` on which something was used, oldest first.
    async fn days(
        &self,
        appspace: AppspaceId,
        from: Day,
        until: Day,
    ) -> Result<Vec<(Day, UsageDelta)>, StoreError>;
    /// The last runs, newest first, at most so many.
    async fn runs(&self, appspace: AppspaceId, most: usize) -> Result<Vec<RunRecord>, StoreError>;
    /// What each appspace of an account used on these days together, those that used nothing left out.
    async fn totals(
        &self,
        owner: AccountId,
        from: Day,
        until: Day,
    ) -> Result<Vec<(AppspaceId, UsageDelta)>, StoreError>;
    /// Removes hours older than two weeks and days older than two years.
    async fn tidy_usage(&self, now: Timestamp) -> Result<(), StoreError>;
}

impl dyn UsageStore {
    /// How many days the hours of are kept.
    pub const HOURS_KEPT_DAYS: u32 = 14;
    /// How many days are kept.
    pub const DAYS_KEPT: u32 = 2 * 366;
}
