//! What appspaces use.

use std::cmp::Reverse;

use async_trait::async_trait;
use ds_core::{
    AccountId, AppspaceId, StoreError, Timestamp,
    usage::{Day, Hour, HourUsage, RUNS_KEPT, RunRecord, UsageDelta, UsageStore},
};

use super::{Memory, Tables};

impl Tables {
    fn add_run(&mut self, run: &RunRecord) {
        let known = self.runs.iter().any(|one| one.sandbox == run.sandbox);
        if known || !self.appspaces.contains_key(&run.appspace) {
            return;
        }
        self.runs.push(run.clone());
        self.runs
            .sort_by_key(|one| Reverse((one.ended, one.sandbox)));
        let mut seen = 0;
        self.runs.retain(|one| {
            seen += usize::from(one.appspace == run.appspace);
            one.appspace != run.appspace || seen <= RUNS_KEPT
        });
    }
}

#[async_trait]
impl UsageStore for Memory {
    async fn add_usage(&self, hours: &[HourUsage], runs: &[RunRecord]) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        for one in hours {
            if tables.appspaces.contains_key(&one.appspace) {
                let of_hour = tables.usage_hours.entry((one.appspace, one.hour));
                *of_hour.or_default() += one.usage;
                let of_day = tables.usage_days.entry((one.appspace, one.hour.day()));
                *of_day.or_default() += one.usage;
            }
        }
        for run in runs {
            tables.add_run(run);
        }
        Ok(())
    }

    async fn hours(
        &self,
        appspace: AppspaceId,
        from: Hour,
        until: Hour,
    ) -> Result<Vec<(Hour, UsageDelta)>, StoreError> {
        let tables = self.tables()?;
        let found = tables
            .usage_hours
            .range((appspace, from)..(appspace, until));
        Ok(found.map(|((_, hour), usage)| (*hour, *usage)).collect())
    }

    async fn days(
        &self,
        appspace: AppspaceId,
        from: Day,
        until: Day,
    ) -> Result<Vec<(Day, UsageDelta)>, StoreError> {
        let tables = self.tables()?;
        let found = tables.usage_days.range((appspace, from)..(appspace, until));
        Ok(found.map(|((_, day), usage)| (*day, *usage)).collect())
    }

    async fn runs(&self, appspace: AppspaceId, most: usize) -> Result<Vec<RunRecord>, StoreError> {
        let tables = self.tables()?;
        let own = tables.runs.iter().filter(|run| run.appspace == appspace);
        Ok(own.take(most).cloned().collect())
    }

    async fn totals(
        &self,
        owner: AccountId,
        from: Day,
        until: Day,
    ) -> Result<Vec<(AppspaceId, UsageDelta)>, StoreError> {
        let tables = self.tables()?;
        let mut totals = Vec::new();
        for appspace in tables.appspaces.values().filter(|it| it.owner == owner) {
            let days = tables
                .usage_days
                .range((appspace.id, from)..(appspace.id, until));
            let sum = days.map(|(_, usage)| *usage).reduce(|mut sum, more| {
                sum += more;
                sum
            });
            totals.extend(sum.map(|sum| (appspace.id, sum)));
        }
        Ok(totals)
    }

    async fn tidy_usage(&self, now: Timestamp) -> Result<(), StoreError> {
        let mut tables = self.tables()?;
        let today = Day::of(now);
        let oldest_hour = today.before(<dyn UsageStore>::HOURS_KEPT_DAYS);
        let oldest_day = today.before(<dyn UsageStore>::DAYS_KEPT);
        tables
            .usage_hours
            .retain(|(_, hour), _| hour.day() >= oldest_hour);
        tables.usage_days.retain(|(_, day), _| *day >= oldest_day);
        Ok(())
    }
}
