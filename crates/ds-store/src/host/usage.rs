//! What appspaces use.

mod runs;

use std::{collections::BTreeSet, time::Duration};

use async_trait::async_trait;
use ds_core::{
    AccountId, AppspaceId, StoreError, Timestamp,
    usage::{Day, Hour, HourUsage, RunRecord, UsageDelta, UsageStore},
};
use sqlx::{SqliteConnection, sqlite::SqliteRow};

use super::Store;
use crate::{
    query::{Failure, Query},
    row::Reader,
};

/// Adds to a period, unless the appspace is gone.
macro_rules! add_to {
    ($table:literal) => {
        concat!(
            "INSERT INTO ",
            $table,
            " (appspace, period, cpu_us, memory_mib_s, bytes_in, bytes_out, requests, wakes, disk_bytes)
             SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9
             WHERE EXISTS (SELECT 1 FROM appspaces WHERE id = $1)
             ON CONFLICT (appspace, period) DO UPDATE SET
                cpu_us       = ", $table, ".cpu_us       + excluded.cpu_us,
                memory_mib_s = ", $table, ".memory_mib_s + excluded.memory_mib_s,
                bytes_in     = ", $table, ".bytes_in     + excluded.bytes_in,
                bytes_out    = ", $table, ".bytes_out    + excluded.bytes_out,
                requests     = ", $table, ".requests     + excluded.requests,
                wakes        = ", $table, ".wakes        + excluded.wakes,
                disk_bytes   = COALESCE(excluded.disk_bytes, ", $table, ".disk_bytes)"
        )
    };
}

/// The periods of an appspace between two.
macro_rules! select_from {
    ($table:literal) => {
        concat!(
            "SELECT period, cpu_us, memory_mib_s, bytes_in, bytes_out, requests, wakes, disk_bytes FROM ",
            $table,
            " WHERE appspace = $1 AND period >= $2 AND period < $3 ORDER BY period"
        )
    };
}

/// A number as the database takes it. Sums of such numbers stay in its range for ages.
fn whole(number: u128) -> i64 {
    const MOST: i64 = 1 << 53;
    i64::try_from(number).unwrap_or(MOST).min(MOST)
}

/// The columns of usage, in the order in which every statement here has them.
fn bind<'q>(query: Query<'q>, usage: &UsageDelta) -> Query<'q> {
    query
        .bind(whole(usage.cpu.as_micros()))
        .bind(whole(usage.memory_mib_seconds.into()))
        .bind(whole(usage.bytes_in.into()))
        .bind(whole(usage.bytes_out.into()))
        .bind(whole(usage.requests.into()))
        .bind(whole(usage.wakes.into()))
        .bind(usage.disk_bytes.map(|bytes| whole(bytes.into())))
}

fn read(row: &SqliteRow) -> Result<UsageDelta, StoreError> {
    let row = Reader::new("usage", row);
    let disk: Option<i64> = row.get("disk_bytes")?;
    Ok(UsageDelta {
        cpu: Duration::from_micros(row.number("cpu_us")?),
        memory_mib_seconds: row.number("memory_mib_s")?,
        bytes_in: row.number("bytes_in")?,
        bytes_out: row.number("bytes_out")?,
        requests: row.number("requests")?,
        wakes: row.number("wakes")?,
        disk_bytes: disk.and_then(|bytes| bytes.try_into().ok()),
    })
}

const ADD: &str = "write down what appspaces used";

impl Store {
    async fn add_hour(&self, on: &mut SqliteConnection, one: &HourUsage) -> Result<(), Failure> {
        let day = one.hour.day();
        for (statement, period) in [
            (add_to!("usage_hours"), one.hour.0),
            (add_to!("usage_days"), day.0),
        ] {
            let query = sqlx::query(statement)
                .bind(one.appspace.to_string())
                .bind(period);
            self.count.run(on, ADD, bind(query, &one.usage)).await?;
        }
        Ok(())
    }

    async fn periods(
        &self,
        statement: &'static str,
        appspace: AppspaceId,
        from: i64,
        until: i64,
    ) -> Result<Vec<(i64, UsageDelta)>, StoreError> {
        const ACTION: &str = "read what an appspace used";
        let query = sqlx::query(statement)
            .bind(appspace.to_string())
            .bind(from)
            .bind(until);
        let mut db = self.reader(ACTION).await?;
        let rows = self.count.all(&mut db, ACTION, query).await?;
        let period = |row: &SqliteRow| Reader::new("usage", row).get("period");
        rows.iter()
            .map(|row| Ok((period(row)?, read(row)?)))
            .collect()
    }
}

#[async_trait]
impl UsageStore for Store {
    async fn add_usage(&self, hours: &[HourUsage], runs: &[RunRecord]) -> Result<(), StoreError> {
        let mut db = self.writer(ADD).await?;
        let mut transaction = self.count.begin(&mut db, ADD).await?;
        for one in hours {
            self.add_hour(&mut transaction, one).await?;
        }
        for run in runs {
            self.add_run(&mut transaction, run).await?;
        }
        let ran: BTreeSet<AppspaceId> = runs.iter().map(|run| run.appspace).collect();
        for appspace in ran {
            self.forget_runs(&mut transaction, appspace).await?;
        }
        self.count.commit(transaction, ADD).await?;
        Ok(())
    }

    async fn hours(
        &self,
        appspace: AppspaceId,
        from: Hour,
        until: Hour,
    ) -> Result<Vec<(Hour, UsageDelta)>, StoreError> {
        let found = self.periods(select_from!("usage_hours"), appspace, from.0, until.0);
        let found = found.await?.into_iter();
        Ok(found.map(|(period, usage)| (Hour(period), usage)).collect())
    }

    async fn days(
        &self,
        appspace: AppspaceId,
        from: Day,
        until: Day,
    ) -> Result<Vec<(Day, UsageDelta)>, StoreError> {
        let found = self.periods(select_from!("usage_days"), appspace, from.0, until.0);
        let found = found.await?.into_iter();
        Ok(found.map(|(period, usage)| (Day(period), usage)).collect())
    }

    async fn runs(&self, appspace: AppspaceId, most: usize) -> Result<Vec<RunRecord>, StoreError> {
        self.last_runs(appspace, most).await
    }

    async fn totals(
        &self,
        owner: AccountId,
        from: Day,
        until: Day,
    ) -> Result<Vec<(AppspaceId, UsageDelta)>, StoreError> {
        const ACTION: &str = "read what the appspaces of an account used";
        // Oldest first: of sizes the last counts, and only adding up here knows that.
        let query = sqlx::query(
            "SELECT u.* FROM usage_days u JOIN appspaces a ON a.id = u.appspace
             WHERE a.owner = $1 AND a.trashed IS NULL AND u.period >= $2 AND u.period < $3
             ORDER BY u.appspace, u.period",
        )
        .bind(owner.to_string())
        .bind(from.0)
        .bind(until.0);
        let mut db = self.reader(ACTION).await?;
        let rows = self.count.all(&mut db, ACTION, query).await?;
        let mut totals: Vec<(AppspaceId, UsageDelta)> = Vec::new();
        for row in &rows {
            let appspace = Reader::new("usage", row).parse("appspace")?;
            match totals.last_mut() {
                Some((last, sum)) if *last == appspace => *sum += read(row)?,
                _ => totals.push((appspace, read(row)?)),
            }
        }
        Ok(totals)
    }

    async fn tidy_usage(&self, now: Timestamp) -> Result<(), StoreError> {
        const ACTION: &str = "remove old figures of usage";
        let today = Day::of(now);
        let oldest_hour = today.before(<dyn UsageStore>::HOURS_KEPT_DAYS).0 * 24;
        let oldest_day = today.before(<dyn UsageStore>::DAYS_KEPT).0;
        for (statement, oldest) in [
            ("DELETE FROM usage_hours WHERE period < $1", oldest_hour),
            ("DELETE FROM usage_days WHERE period < $1", oldest_day),
        ] {
            let mut db = self.writer(ACTION).await?;
            let query = sqlx::query(statement).bind(oldest);
            self.count.run(&mut db, ACTION, query).await?;
        }
        Ok(())
    }
}
