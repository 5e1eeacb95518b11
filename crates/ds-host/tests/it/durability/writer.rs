//! Somebody who writes all the time, and remembers what was acknowledged and when.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use super::web;

/// How long one rests between two rows: writing is to be constant, not to fill the disk.
const PAUSE: Duration = Duration::from_millis(2);

/// One row that was sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Write {
    pub(super) n: u64,
    pub(super) began: Instant,
    pub(super) ended: Option<Instant>,
    pub(super) outcome: Outcome,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It is kept.
    Acknowledged,
    /// The appspace was closed: it is not kept.
    Refused,
    /// Nobody said.
    Unknown,
}

/// A thread that writes rows, one after the other.
pub(super) struct Writer {
    log: Arc<Mutex<Vec<Write>>>,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Begins with row 1.
    pub(super) fn start(address: &str, host: &'static str) -> Self {
        let log: Arc<Mutex<Vec<Write>>> = Arc::default();
        let is_over: Arc<AtomicBool> = Arc::default();
        let (address, all, over) = (address.to_owned(), Arc::clone(&log), Arc::clone(&is_over));
        let thread = thread::spawn(move || {
            for n in 1.. {
                if over.load(Ordering::SeqCst) {
                    return;
                }
                let write = Write {
                    n,
                    began: Instant::now(),
                    ended: None,
                    outcome: Outcome::Unknown,
                };
                all.lock().unwrap().push(write);
                let outcome = send(&address, host, n);
                let mut all = all.lock().unwrap();
                let write = all.last_mut().unwrap();
                write.outcome = outcome;
                write.ended = Some(Instant::now());
                drop(all);
                thread::sleep(PAUSE);
            }
        });
        Self {
            log,
            is_over,
            thread: Some(thread),
        }
    }

    /// All that was sent so far.
    pub(super) fn all(&self) -> Vec<Write> {
        self.log.lock().unwrap().clone()
    }

    /// The highest number that is settled: all up to it were sent before now, and have an outcome.
    pub(super) fn settled(&self) -> u64 {
        let all = self.all();
        let settled = all.iter().rev().find(|write| write.ended.is_some());
        settled.map_or(0, |write| write.n)
    }

    /// Waits until so many more rows were acknowledged.
    pub(super) fn acknowledges(&self, more: usize) {
        let count = || {
            let all = self.all();
            all.iter().filter(|write| write.is_acknowledged()).count()
        };
        let (goal, deadline) = (count() + more, Instant::now() + Duration::from_mins(1));
        while count() < goal {
            assert!(Instant::now() < deadline, "nothing is acknowledged");
            thread::sleep(PAUSE);
        }
    }

    /// How many there are of each outcome.
    pub(super) fn count(&self, outcome: Outcome) -> usize {
        let all = self.all();
        all.iter().filter(|one| one.outcome == outcome).count()
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        // What went wrong there shows in what is missing.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

impl Write {
    pub(super) fn is_acknowledged(&self) -> bool {
        self.outcome == Outcome::Acknowledged
    }

    pub(super) fn is_acknowledged_before(&self, moment: Instant) -> bool {
        self.is_acknowledged() && self.ended.is_some_and(|ended| ended < moment)
    }
}

fn send(address: &str, host: &str, n: u64) -> Outcome {
    match web::ask(address, &format!("POST /rows/{n}"), host) {
        Ok(answer) if answer.status == 200 => Outcome::Acknowledged,
        Ok(answer) if answer.status == 503 => Outcome::Refused,
        Ok(_) | Err(_) => Outcome::Unknown,
    }
}

/// What a state of the data must have and may have besides.
#[derive(Clone, Debug)]
pub(super) struct Expected {
    pub(super) must: BTreeSet<u64>,
    /// Begun while the state was taken, in order: there up to some point, acknowledged ones without a gap.
    pub(super) may: Vec<Write>,
}

impl Expected {
    /// Whatever is wrong with these rows.
    pub(super) fn check(&self, rows: &BTreeSet<u64>) -> Result<(), String> {
        let lost: Vec<_> = self.must.difference(rows).collect();
        let may: BTreeSet<u64> = self.may.iter().map(|write| write.n).collect();
        let strange = |n: &&u64| !self.must.contains(n) && !may.contains(n);
        let strange: Vec<_> = rows.iter().filter(strange).collect();
        let acknowledged = self.may.iter().filter(|write| write.is_acknowledged());
        let is_there: Vec<bool> = acknowledged.map(|write| rows.contains(&write.n)).collect();
        let has_gap = is_there.windows(2).any(|two| !two[0] && two[1]);
        if lost.is_empty() && strange.is_empty() && !has_gap {
            return Ok(());
        }
        Err(format!(
            "lost: {lost:?}; not of then: {strange:?}; gaps: {has_gap}"
        ))
    }
}
