//! Somebody else's appspace: asked again and again while an attempt is made.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use super::http;

/// The host name at which it answers.
pub(crate) const BYSTANDER: &str = "bystander.localhost";
pub(super) const LABEL: &str = "bystander";
/// The longest it may take to answer. Tests share a small machine; an attack that gets through takes it all.
const PATIENCE: Duration = Duration::from_secs(15);
const PAUSE: Duration = Duration::from_millis(50);

/// Asks it until told to end.
pub(super) struct Watch {
    address: SocketAddr,
    over: Arc<AtomicBool>,
    seen: Arc<Mutex<Seen>>,
    thread: Option<JoinHandle<()>>,
}

/// How it answered.
#[derive(Debug, Default)]
struct Seen {
    answers: u32,
    slowest: Duration,
    problem: Option<String>,
}

impl Watch {
    /// Wakes it, and goes on asking.
    pub(super) fn start(address: SocketAddr) -> Self {
        ask(address).unwrap();
        let (over, seen) = (Arc::new(AtomicBool::new(false)), Arc::default());
        let (their_over, their_seen) = (Arc::clone(&over), Arc::clone(&seen));
        let thread = thread::spawn(move || {
            while !their_over.load(Ordering::Relaxed) {
                note(&their_seen, address);
                thread::sleep(PAUSE);
            }
        });
        Self {
            address,
            over,
            seen,
            thread: Some(thread),
        }
    }

    /// It answered all the time, and it still does.
    pub(super) fn check(&mut self) {
        self.end();
        note(&self.seen, self.address);
        let seen = self.seen.lock().unwrap();
        assert_eq!(seen.problem, None, "the appspace beside it: {seen:?}");
        assert!(seen.answers > 1, "the appspace beside it: {seen:?}");
        eprintln!(
            "the appspace beside it answered {} times, at the slowest after {:?}",
            seen.answers, seen.slowest
        );
    }

    fn end(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

fn note(seen: &Mutex<Seen>, address: SocketAddr) {
    let asked = Instant::now();
    let answer = ask(address);
    let mut seen = seen.lock().unwrap();
    seen.answers += 1;
    seen.slowest = seen.slowest.max(asked.elapsed());
    if let (Err(problem), None) = (answer, &seen.problem) {
        seen.problem = Some(problem);
    }
}

fn ask(address: SocketAddr) -> Result<(), String> {
    match http::get(address, BYSTANDER, "/", PATIENCE) {
        Ok(answer) if answer.status == 200 && answer.body == "hello" => Ok(()),
        Ok(answer) => Err(format!("it answered {answer:?}")),
        Err(error) => Err(format!("it did not answer: {error}")),
    }
}
