//! What is written, when, and what happens when it cannot be.

use async_trait::async_trait;

use super::*;
use crate::{AccountId, ManualClock, SandboxId, Timestamp, usage::Day};

/// Notes what it is given, or fails.
#[derive(Default)]
struct Notes {
    writes: Mutex<Vec<(Vec<HourUsage>, usize)>>,
    broken: Mutex<bool>,
}

#[async_trait]
impl UsageStore for Notes {
    async fn add_usage(&self, hours: &[HourUsage], runs: &[RunRecord]) -> Result<(), StoreError> {
        if *self.broken.lock().unwrap() {
            return Err(StoreError::Failed {
                action: "write",
                source: "broken".into(),
            });
        }
        let mut hours = hours.to_vec();
        hours.sort_by_key(|one| one.hour);
        self.writes.lock().unwrap().push((hours, runs.len()));
        Ok(())
    }
    async fn hours(
        &self,
        _: AppspaceId,
        _: Hour,
        _: Hour,
    ) -> Result<Vec<(Hour, UsageDelta)>, StoreError> {
        unreachable!()
    }
    async fn days(
        &self,
        _: AppspaceId,
        _: Day,
        _: Day,
    ) -> Result<Vec<(Day, UsageDelta)>, StoreError> {
        unreachable!()
    }
    async fn runs(&self, _: AppspaceId, _: usize) -> Result<Vec<RunRecord>, StoreError> {
        unreachable!()
    }
    async fn totals(
        &self,
        _: AccountId,
        _: Day,
        _: Day,
    ) -> Result<Vec<(AppspaceId, UsageDelta)>, StoreError> {
        unreachable!()
    }
    async fn tidy_usage(&self, _: Timestamp) -> Result<(), StoreError> {
        unreachable!()
    }
}

struct Fixture {
    notes: Arc<Notes>,
    clock: Arc<ManualClock>,
    recorder: Recorder,
    appspace: AppspaceId,
}

fn fixture() -> Fixture {
    let notes = Arc::new(Notes::default());
    let clock = Arc::new(ManualClock::new(Hour(500).start()));
    Fixture {
        recorder: Recorder::new(notes.clone(), clock.clone()),
        notes,
        clock,
        appspace: AppspaceId::new(),
    }
}

fn requests(requests: u64) -> UsageDelta {
    UsageDelta {
        requests,
        ..UsageDelta::default()
    }
}

impl Fixture {
    fn run(&self) -> RunRecord {
        RunRecord {
            sandbox: SandboxId::new(),
            appspace: self.appspace,
            started: Timestamp(1),
            ended: Timestamp(2),
            usage: requests(1),
            death: "stopped (idle)".into(),
        }
    }

    /// What was written: the requests of each hour, and how many runs.
    fn written(&self) -> Vec<(Vec<(i64, u64)>, usize)> {
        let writes = std::mem::take(&mut *self.notes.writes.lock().unwrap());
        let short = |hours: &[HourUsage]| {
            let hours = hours.iter();
            hours.map(|one| (one.hour.0, one.usage.requests)).collect()
        };
        writes
            .iter()
            .map(|(hours, runs)| (short(hours), *runs))
            .collect()
    }
}

#[tokio::test]
async fn sums_by_hour_and_writes_once() {
    let f = fixture();
    f.recorder.flush().await.unwrap();
    f.recorder.add(f.appspace, UsageDelta::default());
    f.recorder.flush().await.unwrap();
    assert!(f.written().is_empty(), "nothing happened");

    f.recorder.add(f.appspace, requests(1));
    f.recorder.add(f.appspace, requests(2));
    f.clock.advance(Duration::from_hours(1));
    f.recorder.add(f.appspace, requests(5));
    f.recorder.ended(f.run());
    assert_eq!(f.recorder.unwritten(f.appspace).len(), 2);
    f.recorder.flush().await.unwrap();
    f.recorder.flush().await.unwrap();
    assert_eq!(f.written(), [(vec![(500, 3), (501, 5)], 1)]);
    assert_eq!(f.recorder.unwritten(f.appspace), []);
}

#[tokio::test]
async fn what_could_not_be_written_waits() {
    let f = fixture();
    *f.notes.broken.lock().unwrap() = true;
    f.recorder.add(f.appspace, requests(1));
    f.recorder.ended(f.run());
    f.recorder.flush().await.unwrap_err();
    f.recorder.add(f.appspace, requests(2));
    f.recorder.ended(f.run());
    f.recorder.flush().await.unwrap_err();
    *f.notes.broken.lock().unwrap() = false;
    f.recorder.flush().await.unwrap();
    assert_eq!(f.written(), [(vec![(500, 3)], 2)]);
}

#[tokio::test(start_paused = true)]
async fn writes_once_a_minute() {
    let f = fixture();
    f.recorder.add(f.appspace, requests(1));
    let just_before = FLUSH_EVERY.mul_f64(0.99);
    let _ = tokio::time::timeout(just_before, f.recorder.run()).await;
    assert!(f.written().is_empty());
    let _ = tokio::time::timeout(FLUSH_EVERY * 3, f.recorder.run()).await;
    assert_eq!(f.written().len(), 1);
}

#[test]
fn while_the_store_fails_memory_is_bounded() {
    let f = fixture();
    for _ in 0..MOST_RUNS + 10 {
        f.recorder.ended(f.run());
    }
    assert_eq!(f.recorder.with(|waiting| waiting.runs.len()), MOST_RUNS);
    f.recorder.with(|waiting| {
        waiting.put_back(Waiting {
            runs: vec![f.run(), f.run()],
            ..Waiting::default()
        });
        assert_eq!(waiting.runs.len(), MOST_RUNS);
        for hour in 0..i64::try_from(MOST_HOURS).unwrap() + 10 {
            waiting.add((f.appspace, Hour(hour)), requests(1));
        }
        assert_eq!(waiting.hours.len(), MOST_HOURS);
        waiting.add((f.appspace, Hour(0)), requests(1));
        assert_eq!(waiting.hours[&(f.appspace, Hour(0))].requests, 2);
    });
}
