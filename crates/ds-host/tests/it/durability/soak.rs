//! Snapshots and restores, while somebody writes all the time.

use std::{collections::BTreeSet, time::Instant};

use super::{
    app,
    writer::{Expected, Outcome, Write, Writer},
};
use crate::host::Host;

/// Nobody waits in line for memory, and no snapshot that is restored later is forgotten.
const CONFIG: &str = "[sandbox]\nwarm = 1\n[snapshots]\nkeep_last = 1000\n";
/// How old a snapshot may be that is restored, in rounds.
const OLD: usize = 3;

/// What the live data is made of: rows that were there when it began, and all that were kept since.
struct Line {
    base: BTreeSet<u64>,
    /// The last number that is settled in `base`.
    from: u64,
}

/// A snapshot, and what it must have.
struct Snapshot {
    id: String,
    expected: Expected,
}

struct Soak {
    host: Host,
    writer: Writer,
    line: Line,
    snapshots: Vec<Snapshot>,
    restored: u32,
    /// Acknowledged rows that only the snapshot before a restore has.
    set_aside: usize,
}

impl Soak {
    fn new() -> Self {
        let host = app::with_app(CONFIG);
        let create = "appspace create --app keeper --address notes --json";
        host.run(create).done();
        let address = host.ready["listen"].as_str().unwrap();
        let writer = Writer::start(address, "notes.localhost");
        writer.acknowledges(20);
        Self {
            host,
            writer,
            line: Line {
                base: BTreeSet::new(),
                from: 0,
            },
            snapshots: Vec::new(),
            restored: 0,
            set_aside: 0,
        }
    }

    /// What the live data has at some moment between the two.
    fn between(&self, asked: Instant, ended: Instant) -> Expected {
        let mut must = self.line.base.clone();
        let since = self.writer.all().into_iter();
        let (before, during): (Vec<Write>, Vec<Write>) = since
            .filter(|write| write.n > self.line.from && write.outcome != Outcome::Refused)
            .partition(|write| write.is_acknowledged_before(asked));
        must.extend(before.iter().map(|write| write.n));
        let may = during.into_iter().filter(|write| write.began < ended);
        Expected {
            must,
            may: may.collect(),
        }
    }

    fn snapshot(&mut self) {
        let asked = Instant::now();
        app::job(&self.host, "backup create notes");
        let expected = self.between(asked, Instant::now());
        let id = self.latest("asked");
        self.snapshots.push(Snapshot { id, expected });
    }

    /// The latest snapshot that was taken for this reason.
    fn latest(&self, reason: &str) -> String {
        let listed = self.host.run("backup list notes --json").done();
        let all = listed["backups"].as_array().unwrap();
        let found = all.iter().find(|one| one["reason"] == reason).unwrap();
        found["id"].as_str().unwrap().to_owned()
    }

    /// Beside the appspace, where nobody writes; then that is removed for good.
    fn restore_beside(&mut self, id: &str, expected: &Expected) -> BTreeSet<u64> {
        let line = format!("backup restore notes {id} --to beside");
        app::job(&self.host, &line);
        let found = app::contents(&self.host, "beside").rows;
        self.restored += 1;
        if let Err(wrong) = expected.check(&found) {
            panic!("restore {} beside, of {id}: {wrong}", self.restored);
        }
        app::job(&self.host, "appspace delete beside --yes");
        app::job(&self.host, "trash empty beside --yes");
        found
    }

    /// In place of the live data. Whatever was acknowledged until it was replaced is in the snapshot before that.
    fn restore_in_place(&mut self, which: usize, look_before: bool) {
        let asked = Instant::now();
        let cut = self.writer.all().last().unwrap().n;
        let id = self.snapshots[which].id.clone();
        app::job(&self.host, &format!("backup restore notes {id}"));
        let ended = Instant::now();
        self.writer.acknowledges(3);
        let (settled, now) = (self.writer.settled(), Instant::now());
        let found = app::contents(&self.host, "notes").rows;
        self.restored += 1;

        let old: BTreeSet<u64> = found.range(..=cut).copied().collect();
        if let Err(wrong) = self.snapshots[which].expected.check(&old) {
            panic!("restore {} in place, of {id}: {wrong}", self.restored);
        }
        let mut since = self.writer.all();
        since.retain(|write| write.n > cut && write.is_acknowledged_before(now));
        let is_there = |write: &Write| found.contains(&write.n);
        let begins = since.iter().position(is_there).unwrap_or(since.len());
        let (aside, after) = since.split_at(begins);
        assert!(after.iter().all(is_there), "a gap after {id} was put back");
        assert!(
            aside.iter().all(|write| write.began < ended),
            "it was acknowledged after the restore, and is lost"
        );
        if look_before {
            let mut expected = self.between(asked, ended);
            expected.must.extend(aside.iter().map(|write| write.n));
            expected
                .may
                .retain(|write| !expected.must.contains(&write.n));
            let before = self.latest("before-restore");
            self.restore_beside(&before, &expected);
        }
        self.set_aside += aside.len();
        self.line = Line {
            base: found.range(..=settled).copied().collect(),
            from: settled,
        };
    }

    fn round(&mut self, round: usize) {
        self.writer.acknowledges(5);
        self.snapshot();
        self.writer.acknowledges(5);
        let which = self.snapshots.len() - 1 - (round % OLD).min(self.snapshots.len() - 1);
        if round.is_multiple_of(2) {
            self.restore_in_place(which, round.is_multiple_of(4));
        } else {
            let (id, expected) = (&self.snapshots[which].id, &self.snapshots[which].expected);
            let (id, expected) = (id.clone(), expected.clone());
            self.restore_beside(&id, &expected);
        }
        // None older is restored any more.
        if self.snapshots.len() > OLD {
            self.snapshots.remove(0);
        }
    }
}

#[expect(clippy::print_stdout, reason = "how much was covered is the result")]
fn soak(rounds: usize) {
    let mut soak = Soak::new();
    for round in 0..rounds {
        soak.round(round);
    }
    let writer = &soak.writer;
    let (kept, refused) = (
        writer.count(Outcome::Acknowledged),
        writer.count(Outcome::Refused),
    );
    let unknown = writer.count(Outcome::Unknown);
    assert!(kept > rounds * 10, "{kept} rows in {rounds} rounds");
    println!(
        "{rounds} snapshots and {} restores while {kept} rows were acknowledged, {refused} refused and {unknown} left \
         unanswered; {} were in the snapshot before a restore alone",
        soak.restored, soak.set_aside
    );
    soak.host.run("backup verify --json").done();
}

#[test]
fn constant_writes() {
    soak(6);
}

mod slow {
    #[test]
    fn two_hundred_rounds_of_constant_writes() {
        super::soak(200);
    }
}
