//! How often snapshots of an appspace are taken, and how many are kept.

use ds_backup::snapshots::Retention;
use ds_core::{
    AccountId, Appspace,
    snapshots::{Every, KEEP_MAX, SnapshotSettings},
};

use super::BackupState;
use crate::ops::{ErrorKind, OpError, Ops, accounts::clip};

/// How often snapshots of an appspace are taken, how many are kept, and how it went.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// The appspace.
    pub appspace: Appspace,
    /// How often, and how it went.
    pub state: BackupState,
    /// How many are kept.
    pub keep: Retention,
    /// What is set for this appspace alone.
    pub set: SnapshotSettings,
    /// What applies where nothing is set.
    pub host: (Every, Retention),
}

/// What is to be set; `None` leaves it alone, and `Some(None)` to the host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ScheduleChange {
    /// How often.
    pub every: Option<Option<Every>>,
    /// How many of the latest.
    pub keep_last: Option<Option<u32>>,
    /// For how many days.
    pub keep_daily: Option<Option<u32>>,
    /// For how many weeks.
    pub keep_weekly: Option<Option<u32>>,
    /// For how many months.
    pub keep_monthly: Option<Option<u32>>,
}

impl ScheduleChange {
    /// What was asked for, as people write it: a key, and a value, or nothing for what the host says. The keys are
    /// those of the configuration: `every`, `keep_last` …
    pub fn of<'a>(asked: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, OpError> {
        let mut change = Self::default();
        for (key, value) in asked {
            if key == "every" {
                let every = given(value).map(str::parse::<Every>).transpose();
                let every = every.map_err(|error| OpError::caused(ErrorKind::Invalid, &error))?;
                change.every = Some(every);
                continue;
            }
            let number = given(value).map(|value| number(key, value)).transpose()?;
            match key {
                "keep_last" => change.keep_last = Some(number),
                "keep_daily" => change.keep_daily = Some(number),
                "keep_weekly" => change.keep_weekly = Some(number),
                "keep_monthly" => change.keep_monthly = Some(number),
                _ => return Err(no_key(key)),
            }
        }
        Ok(change)
    }

    fn on(&self, before: SnapshotSettings) -> SnapshotSettings {
        SnapshotSettings {
            every: self.every.unwrap_or(before.every),
            keep_last: self.keep_last.unwrap_or(before.keep_last),
            keep_daily: self.keep_daily.unwrap_or(before.keep_daily),
            keep_weekly: self.keep_weekly.unwrap_or(before.keep_weekly),
            keep_monthly: self.keep_monthly.unwrap_or(before.keep_monthly),
        }
    }
}

/// What is not left to the host.
fn given(value: &str) -> Option<&str> {
    Some(value.trim()).filter(|value| !value.is_empty() && *value != "default")
}

fn number(key: &str, value: &str) -> Result<u32, OpError> {
    let number = value.parse().ok().filter(|number| *number <= KEEP_MAX);
    number.ok_or_else(|| {
        let message = format!("{key} is a whole number from 0 to {KEEP_MAX}");
        OpError::new(ErrorKind::Invalid, message)
    })
}

fn no_key(key: &str) -> OpError {
    OpError::new(ErrorKind::Invalid, format!("there is no `{}`", clip(key)))
        .with_hint("there are: every, keep_last, keep_daily, keep_weekly, keep_monthly")
}

impl Ops {
    /// How often snapshots of an appspace are taken, and how many are kept; of all of an account, if none is named.
    pub async fn snapshot_schedules(
        &self,
        owner: AccountId,
        address: Option<&str>,
    ) -> Result<Vec<Schedule>, OpError> {
        self.own_backups()?;
        let appspaces = match address {
            Some(address) => vec![self.appspace_of(owner, address).await?],
            None => self.parts.appspaces.appspaces_of(owner).await?,
        };
        let mut schedules = Vec::new();
        for appspace in appspaces {
            schedules.push(self.schedule(appspace).await?);
        }
        Ok(schedules)
    }

    /// Changes that for one appspace. What is kept too many goes with the next snapshot.
    pub async fn set_snapshot_schedule(
        &self,
        owner: AccountId,
        address: &str,
        change: ScheduleChange,
    ) -> Result<Schedule, OpError> {
        let appspace = self.appspace_of(owner, address).await?;
        let store = &self.own_backups()?.records.store;
        let before = store.snapshot_record(appspace.id).await?.settings;
        let after = change.on(before);
        if after != before {
            store.set_snapshots(appspace.id, &after).await?;
        }
        self.schedule(appspace).await
    }

    async fn schedule(&self, appspace: Appspace) -> Result<Schedule, OpError> {
        let records = &self.own_backups()?.records;
        let record = records.store.snapshot_record(appspace.id).await?;
        let set = record.settings;
        Ok(Schedule {
            keep: records.keep(&set),
            state: records.state(record),
            set,
            host: (records.every, records.keep),
            appspace,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_as_people_write_them() {
        let check = |asked: &[(&str, &str)], expect: Option<ScheduleChange>| {
            let change = ScheduleChange::of(asked.iter().copied());
            assert_eq!(change.ok(), expect, "{asked:?}");
        };
        let none = ScheduleChange::default();
        check(&[], Some(none));
        let every = |every| ScheduleChange {
            every: Some(every),
            ..none
        };
        check(&[("every", " weekly ")], Some(every(Some(Every::Weekly))));
        check(&[("every", "default")], Some(every(None)));
        check(&[("every", "")], Some(every(None)));
        check(&[("every", "sometimes")], None);
        let keep = ScheduleChange {
            keep_daily: Some(Some(1_000)),
            keep_monthly: Some(None),
            ..none
        };
        check(&[("keep_daily", "1000"), ("keep_monthly", "")], Some(keep));
        check(&[("keep_last", "1001")], None);
        check(&[("keep_last", "-1")], None);
        check(&[("keep_last", "few")], None);
        check(&[("keep", "1")], None);
    }

    #[test]
    fn what_is_not_asked_for_stays() {
        let before = SnapshotSettings {
            every: Some(Every::Off),
            keep_last: Some(3),
            ..SnapshotSettings::default()
        };
        let change = ScheduleChange::of([("every", "default"), ("keep_weekly", "0")]).unwrap();
        let expect = SnapshotSettings {
            every: None,
            keep_weekly: Some(0),
            ..before
        };
        assert_eq!(change.on(before), expect);
    }
}
