//! What an appspace used, and how its sandboxes ended.

use std::collections::HashMap;

use ds_core::{
    AccountId, AppspaceId,
    usage::{Day, Hour, RunRecord, UsageDelta},
};

use super::{OpError, Ops, UsageReport};

/// How many hours are told of.
const HOURS: u32 = 24;
/// How many days can be asked for: as many as are kept.
const MOST_DAYS: u32 = 2 * 366;

impl Ops {
    /// What an appspace used in the last 24 hours and in the last days, the present ones included.
    pub async fn usage(
        &self,
        owner: AccountId,
        address: &str,
        days: u32,
    ) -> Result<UsageReport, OpError> {
        let id = self.appspace_of(owner, address).await?.id;
        let (usage, now) = (&self.parts.terms.usage, self.parts.terms.clock.now());
        let (hour, day) = (Hour(Hour::of(now).0 + 1), Day(Day::of(now).0 + 1));
        let (from_hour, from_day) = (hour.before(HOURS), day.before(days.clamp(1, MOST_DAYS)));
        let mut hours: Vec<(Hour, UsageDelta)> = (from_hour.0..hour.0).map(empty(Hour)).collect();
        let mut days: Vec<(Day, UsageDelta)> = (from_day.0..day.0).map(empty(Day)).collect();
        let written = usage.hours(id, from_hour, hour).await?;
        add(&mut hours, written.into_iter());
        add(&mut days, usage.days(id, from_day, day).await?.into_iter());
        let unwritten = self.unwritten(id);
        add(&mut hours, unwritten.iter().copied());
        let by_day = unwritten.iter().map(|(hour, usage)| (hour.day(), *usage));
        add(&mut days, by_day);
        Ok(UsageReport { hours, days })
    }

    /// The last runs of an appspace's sandbox, newest first.
    pub async fn runs(
        &self,
        owner: AccountId,
        address: &str,
        most: usize,
    ) -> Result<Vec<RunRecord>, OpError> {
        let id = self.appspace_of(owner, address).await?.id;
        Ok(self.parts.terms.usage.runs(id, most).await?)
    }

    /// What each appspace of an account used in the last 30 days, as far as it is written down; those that
    /// used nothing left out.
    pub async fn usage_of_all(
        &self,
        owner: AccountId,
    ) -> Result<HashMap<AppspaceId, UsageDelta>, OpError> {
        let tomorrow = Day(Day::of(self.parts.terms.clock.now()).0 + 1);
        let usage = &self.parts.terms.usage;
        let totals = usage.totals(owner, tomorrow.before(30), tomorrow);
        Ok(totals.await?.into_iter().collect())
    }

    /// What waits to be written down, oldest first.
    fn unwritten(&self, id: AppspaceId) -> Vec<(Hour, UsageDelta)> {
        let mut unwritten = self.parts.terms.recorder.unwritten(id);
        unwritten.sort_by_key(|(hour, _)| *hour);
        unwritten
    }
}

fn empty<P>(period: impl Fn(i64) -> P) -> impl Fn(i64) -> (P, UsageDelta) {
    move |number| (period(number), UsageDelta::default())
}

fn add<P: Ord>(to: &mut [(P, UsageDelta)], more: impl Iterator<Item = (P, UsageDelta)>) {
    for (period, usage) in more {
        if let Ok(at) = to.binary_search_by(|(one, _)| one.cmp(&period)) {
            to[at].1 += usage;
        }
    }
}
