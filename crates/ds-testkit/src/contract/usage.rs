//! What appspaces use.

use std::time::Duration;

use ds_core::{
    AccountId, AppspaceId, SandboxId, Timestamp,
    usage::{Day, Hour, HourUsage, RUNS_KEPT, RunRecord, UsageDelta, UsageStore},
};

use super::{HostStore, add_appspace};

fn used(appspace: AppspaceId, hour: i64, requests: u64, disk_bytes: Option<u64>) -> HourUsage {
    let usage = UsageDelta {
        cpu: Duration::from_micros(requests),
        memory_mib_seconds: requests * 2,
        bytes_in: requests * 3,
        bytes_out: requests * 5,
        requests,
        wakes: 1,
        disk_bytes,
    };
    let hour = Hour(hour);
    HourUsage {
        appspace,
        hour,
        usage,
    }
}

fn run(appspace: AppspaceId, ended: i64) -> RunRecord {
    RunRecord {
        sandbox: SandboxId::new(),
        appspace,
        started: Timestamp(ended - 1),
        ended: Timestamp(ended),
        usage: used(appspace, 0, 7, Some(1)).usage,
        death: "stopped (idle)".into(),
    }
}

/// Two of [`used`], added up, the second later.
fn both(a: HourUsage, b: HourUsage) -> UsageDelta {
    let mut sum = a.usage;
    sum += b.usage;
    sum
}

/// [`UsageStore`].
pub async fn usage_store(store: &impl HostStore) {
    let here = add_appspace(store, "here.example.com").await;
    let there = add_appspace(store, "there.example.com").await;
    let gone = add_appspace(store, "gone.example.com").await;
    store.remove(gone.id).await.unwrap();
    let all = [Hour(0), Hour(1_000)];

    let (a, b) = (used(here.id, 23, 1, Some(10)), used(here.id, 24, 2, None));
    let other = used(there.id, 23, 4, None);
    let lost = used(gone.id, 23, 8, None);
    store.add_usage(&[a, other, lost, b], &[]).await.unwrap();
    let more = used(here.id, 23, 16, None);
    store.add_usage(&[more], &[]).await.unwrap();
    store.add_usage(&[], &[]).await.unwrap();

    let hours = store.hours(here.id, all[0], all[1]).await.unwrap();
    let expect = [(Hour(23), both(a, more)), (Hour(24), b.usage)];
    assert_eq!(hours, expect, "sizes stay until there is a newer one");
    let days = store.days(here.id, Day(0), Day(9)).await.unwrap();
    assert_eq!(days, [(Day(0), both(a, more)), (Day(1), b.usage)]);
    let part = store.hours(here.id, Hour(24), Hour(25)).await.unwrap();
    assert_eq!(part, [(Hour(24), b.usage)]);
    assert_eq!(store.hours(here.id, Hour(25), all[1]).await.unwrap(), []);
    assert_eq!(store.hours(here.id, all[0], Hour(23)).await.unwrap(), []);
    assert_eq!(store.days(here.id, Day(1), Day(1)).await.unwrap(), []);
    assert_eq!(store.hours(gone.id, all[0], all[1]).await.unwrap(), []);

    let mut sum = both(a, more);
    sum += b.usage;
    let totals = store.totals(here.owner, Day(0), Day(2)).await.unwrap();
    assert_eq!(totals, [(here.id, sum)]);
    let totals = store.totals(here.owner, Day(2), Day(3)).await.unwrap();
    assert_eq!(totals, []);
    let nobody = store.totals(AccountId::new(), Day(0), Day(2)).await;
    assert_eq!(nobody.unwrap(), []);

    runs(store, [here.id, there.id, gone.id]).await;
    tidying(store, there.id).await;
    store.remove(here.id).await.unwrap();
    assert_eq!(store.hours(here.id, all[0], all[1]).await.unwrap(), []);
    assert_eq!(store.runs(here.id, 9).await.unwrap(), []);
}

async fn runs(store: &impl UsageStore, [here, there, gone]: [AppspaceId; 3]) {
    let most = i64::try_from(RUNS_KEPT).unwrap();
    let first = run(there, 5);
    let ended: Vec<RunRecord> = (1..=most + 3).rev().map(|at| run(here, at)).collect();
    store
        .add_usage(&[], std::slice::from_ref(&first))
        .await
        .unwrap();
    store.add_usage(&[], &[run(gone, 6)]).await.unwrap();
    for part in ended.chunks(90).rev() {
        store.add_usage(&[], part).await.unwrap();
    }
    store.add_usage(&[], &ended[..1]).await.unwrap();
    assert_eq!(store.runs(here, 3).await.unwrap(), ended[..3]);
    let kept = store.runs(here, RUNS_KEPT * 2).await.unwrap();
    assert_eq!(kept, ended[..RUNS_KEPT]);
    assert_eq!(store.runs(there, 9).await.unwrap(), [first]);
    assert_eq!(store.runs(gone, 9).await.unwrap(), []);
}

async fn tidying(store: &impl UsageStore, appspace: AppspaceId) {
    let today = Day(2_000);
    let oldest_hour = today.before(<dyn UsageStore>::HOURS_KEPT_DAYS).0 * 24;
    let oldest_day = today.before(<dyn UsageStore>::DAYS_KEPT).0 * 24;
    let at = [oldest_day - 1, oldest_day, oldest_hour - 1, oldest_hour];
    let used = at.map(|hour| used(appspace, hour, 1, None));
    store.add_usage(&used, &[]).await.unwrap();
    store.tidy_usage(today.start()).await.unwrap();
    let hours = store.hours(appspace, Hour(0), Hour(99_999)).await.unwrap();
    let hours: Vec<i64> = hours.iter().map(|(hour, _)| hour.0).collect();
    assert_eq!(hours, [oldest_hour]);
    let days = store.days(appspace, Day(0), Day(9_999)).await.unwrap();
    let days: Vec<i64> = days.iter().map(|(day, _)| day.0 * 24).collect();
    let expect = [oldest_day, oldest_hour - 24, oldest_hour];
    assert_eq!(days, expect);
}
