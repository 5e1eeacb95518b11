//! Who is told what, and when, over stores in memory and with a clock that tests move.

use std::sync::Mutex as Lock;

use async_trait::async_trait;
use ds_core::{
    ManualClock,
    snapshots::{SnapshotFailure, SnapshotSettings, SnapshotSuccess},
};
use ds_testkit::{Memory, sample};

use super::{
    rules::{Mail, is_late, judged, mail, told},
    *,
};
use crate::mail::MailError;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

fn alert(since: Option<i64>, mailed: Option<i64>) -> SnapshotAlert {
    SnapshotAlert {
        since: since.map(Timestamp),
        mailed: mailed.map(Timestamp),
    }
}

#[test]
fn when_it_is_late() {
    let check = |every: &str, created: i64, last: Option<i64>, now: i64, expect: bool| {
        let record = SnapshotRecord {
            success: last.map(|made| SnapshotSuccess {
                made: Timestamp(made),
                kept: 1,
                places: 1,
                missed: None,
            }),
            ..SnapshotRecord::default()
        };
        let every = every.parse().unwrap();
        let is = is_late(every, Timestamp(created), &record, Timestamp(now));
        assert_eq!(is, expect, "{every} {created} {last:?} {now}");
    };
    check("daily", 0, None, 28 * HOUR, false);
    check("daily", 0, None, 28 * HOUR + 1, true);
    check("hourly", 0, None, 28 * HOUR + 1, true);
    check("weekly", 0, None, 14 * DAY, false);
    check("weekly", 0, None, 14 * DAY + 1, true);
    check("off", 0, None, 100 * DAY, false);
    check("daily", 0, Some(10 * DAY), 11 * DAY, false);
    check("daily", 0, Some(10 * DAY), 12 * DAY, true);
    check("daily", 0, Some(90 * DAY), 12 * DAY, true);
    // It was made of an older snapshot.
    check("daily", 11 * DAY, Some(2 * DAY), 12 * DAY, false);
}

#[test]
fn what_is_said_from_now_on() {
    let check = |every: Every, late: bool, before: SnapshotAlert, expect: SnapshotAlert| {
        assert_eq!(
            judged(every, late, before, Timestamp(9)),
            expect,
            "{before:?}"
        );
    };
    let (quiet, begun, both) = (
        alert(None, None),
        alert(Some(9), None),
        alert(Some(2), Some(3)),
    );
    check(Every::Daily, false, quiet, quiet);
    check(Every::Daily, true, quiet, begun);
    check(Every::Daily, true, both, both);
    check(Every::Daily, false, both, alert(None, Some(3)));
    check(
        Every::Daily,
        true,
        alert(None, Some(3)),
        alert(Some(9), Some(3)),
    );
    check(Every::Off, false, both, quiet);
    assert_eq!(told(both, Timestamp(9)), alert(Some(2), Some(9)));
    assert_eq!(told(alert(None, Some(3)), Timestamp(9)), quiet);
}

#[test]
fn when_mail_is_due() {
    let check = |alerts: &[SnapshotAlert], now: i64, expect: Mail| {
        assert_eq!(mail(alerts, Timestamp(now)), expect, "{alerts:?} at {now}");
    };
    let quiet = alert(None, None);
    check(&[], 0, Mail::Nothing);
    check(&[quiet], 0, Mail::Nothing);
    check(&[quiet, alert(Some(1), None)], 1, Mail::Missing);
    let told = alert(Some(1), Some(DAY));
    check(&[told], DAY, Mail::Nothing);
    check(&[told], 8 * DAY - 1, Mail::Nothing);
    check(&[told], 8 * DAY, Mail::Missing);
    // Another one soon after waits.
    check(
        &[told, alert(Some(1), None)],
        DAY + 6 * HOUR - 1,
        Mail::Nothing,
    );
    check(&[told, alert(Some(1), None)], DAY + 6 * HOUR, Mail::Missing);
    // It is over when it is over for all.
    let over = alert(None, Some(DAY));
    check(&[over, told], DAY + 7 * HOUR, Mail::Nothing);
    check(&[over, quiet], DAY + 1, Mail::Over);
    // The clock was set back.
    check(&[told], HOUR, Mail::Missing);
}

#[derive(Default)]
struct Letterbox(Lock<Vec<Letter>>);

#[async_trait]
impl Mailer for Letterbox {
    async fn send(&self, letter: &Letter) -> Result<(), MailError> {
        self.0.lock().unwrap().push(letter.clone());
        Ok(())
    }
}

struct World {
    memory: Arc<Memory>,
    clock: Arc<ManualClock>,
    letters: Arc<Letterbox>,
    owner: AccountId,
}

impl World {
    async fn new() -> Self {
        let memory = Arc::new(Memory::new());
        let account = sample::account("ada@example.com");
        memory.add_account(&account, "hash").await.unwrap();
        Self {
            memory,
            clock: Arc::new(ManualClock::new(Timestamp(100 * DAY))),
            letters: Arc::default(),
            owner: account.id,
        }
    }

    /// The host, started anew.
    fn alerts(&self) -> Alerts {
        let site = "dropserver.localhost".parse().unwrap();
        Alerts::new(Parts {
            snapshots: self.memory.clone(),
            appspaces: self.memory.clone(),
            accounts: self.memory.clone(),
            every: Every::Daily,
            names: Names::new(site, "localhost".parse().unwrap(), false, 3000),
            mailer: Some(self.letters.clone()),
            clock: self.clock.clone(),
        })
    }

    async fn appspace(&self, address: &str) -> AppspaceId {
        let app = sample::app(self.owner, "App");
        let version = sample::version(&app, "1.0.0");
        let appspace = Appspace {
            created: self.clock.now(),
            ..sample::appspace(self.owner, &version, address)
        };
        self.memory.add(&appspace).await.unwrap();
        appspace.id
    }

    async fn succeeds(&self, id: AppspaceId) {
        let success = SnapshotSuccess {
            made: self.clock.now(),
            kept: 1,
            places: 1,
            missed: None,
        };
        self.memory.snapshot_taken(id, &success).await.unwrap();
    }

    async fn fails(&self, id: AppspaceId) {
        let failure = SnapshotFailure {
            at: self.clock.now(),
            why: "/secret/place is full".to_owned(),
        };
        self.memory.snapshot_failed(id, &failure).await.unwrap();
    }

    fn subjects(&self) -> Vec<String> {
        let mut letters = self.letters.0.lock().unwrap();
        letters.drain(..).map(|letter| letter.subject).collect()
    }

    async fn is_alerted(&self, id: AppspaceId) -> bool {
        let record = self.memory.snapshot_record(id).await.unwrap();
        record.alert.since.is_some()
    }
}

#[tokio::test]
async fn one_mail_when_it_begins_a_reminder_and_one_when_it_is_over() {
    let world = World::new().await;
    let (mut alerts, notes) = (world.alerts(), world.appspace("notes.localhost").await);
    let begins = "No snapshots of notes.localhost";
    let mut told = Vec::new();
    // Twelve looks a day for three weeks, and the host is restarted every day.
    for look in 0..(12 * 21) {
        if look % 12 == 0 {
            alerts = world.alerts();
        }
        world.fails(notes).await;
        alerts.look(world.owner).await.unwrap();
        told.extend(
            world
                .subjects()
                .into_iter()
                .map(|subject| (look / 12, subject)),
        );
        world.clock.advance(Duration::from_hours(2));
    }
    let expect = [1, 8, 15].map(|day| (day, begins.to_owned()));
    assert_eq!(told, expect);
    assert!(world.is_alerted(notes).await);
    world.succeeds(notes).await;
    for _ in 0..3 {
        alerts.look(world.owner).await.unwrap();
    }
    assert_eq!(world.subjects(), ["Snapshots of notes.localhost again"]);
    assert!(!world.is_alerted(notes).await);
}

#[tokio::test]
async fn several_are_told_of_together() {
    let world = World::new().await;
    let alerts = world.alerts();
    let mut all = Vec::new();
    for name in ["a", "b", "c"] {
        all.push(world.appspace(&format!("{name}.localhost")).await);
        world.clock.advance(Duration::from_mins(30));
    }
    world.clock.advance(Duration::from_hours(27));
    let mut told = Vec::new();
    for _ in 0..40 {
        alerts.look(world.owner).await.unwrap();
        told.extend(world.subjects());
        world.clock.advance(Duration::from_mins(15));
    }
    let expect = [
        "No snapshots of a.localhost",
        "No snapshots of a.localhost and 2 other appspaces",
    ];
    assert_eq!(told, expect);
    for id in &all[1..] {
        world.succeeds(*id).await;
        alerts.look(world.owner).await.unwrap();
    }
    assert_eq!(world.subjects(), [""; 0]);
    let off = SnapshotSettings {
        every: Some(Every::Off),
        ..SnapshotSettings::default()
    };
    world.memory.set_snapshots(all[0], &off).await.unwrap();
    alerts.look(world.owner).await.unwrap();
    assert_eq!(
        world.subjects(),
        ["Snapshots of b.localhost and another appspace again"]
    );
}

#[tokio::test]
async fn a_host_that_was_off_gets_a_while() {
    let world = World::new().await;
    let notes = world.appspace("notes.localhost").await;
    world.clock.advance(Duration::from_hours(100));
    let alerts = world.alerts();
    alerts.look(world.owner).await.unwrap();
    assert!(!world.is_alerted(notes).await && world.subjects().is_empty());
    world.clock.advance(SETTLED);
    alerts.look(world.owner).await.unwrap();
    assert!(world.is_alerted(notes).await && world.subjects().len() == 1);
}

#[tokio::test]
async fn who_does_not_run_the_host_is_not_told_its_places() {
    let world = World::new().await;
    let notes = world.appspace("notes.localhost").await;
    world.fails(notes).await;
    let account = world.memory.account(world.owner).await.unwrap().unwrap();
    let record = world.memory.snapshot_record(notes).await.unwrap();
    let known = Known {
        appspace: world.memory.appspace(notes).await.unwrap().unwrap(),
        record: SnapshotRecord {
            alert: alert(Some(1), None),
            ..record
        },
    };
    let known = [known];
    for is_admin in [true, false] {
        let account = Account {
            is_admin,
            ..account.clone()
        };
        let letter = world.alerts().letter(&account, Mail::Missing, &known);
        assert_eq!(
            letter.text.contains("/secret/place"),
            is_admin,
            "{}",
            letter.text
        );
        let page = "http://dropserver.localhost:3000/appspaces/notes.localhost/snapshots";
        assert!(letter.text.contains(page), "{}", letter.text);
    }
}
