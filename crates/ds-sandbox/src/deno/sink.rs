//! Where what a sandbox's process prints goes, and what the host notes about it.

use std::{
    collections::VecDeque,
    fmt,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use ds_core::{SandboxId, one_line};

use super::log::Log;

/// How many of the last lines are kept.
const LAST_LINES: usize = 12;
/// What V8 says when its heap is full, depending on where it notices.
const FULL_HEAP: [&str; 2] = ["JavaScript heap out of memory", "JavaScript out of memory"];
/// How much of each.
const LAST_LINE_LENGTH: usize = 300;

/// Where a process's output goes.
pub(super) struct Sink {
    /// Whose output it is; nobody's, while the process waits to be assigned.
    of: OnceLock<Of>,
    last: Mutex<VecDeque<String>>,
    lost: AtomicU64,
    out_of_memory: AtomicBool,
    slowed: AtomicBool,
}

impl Sink {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            of: OnceLock::new(),
            last: Mutex::default(),
            lost: 0.into(),
            out_of_memory: false.into(),
            slowed: false.into(),
        })
    }

    /// From now on it is the output of this sandbox.
    pub(super) fn assign(&self, id: SandboxId, log: Option<Log>) {
        // Assigned once: a process is used once.
        let _ = self.of.set(Of { id, log });
    }

    fn log(&self) -> Option<&Log> {
        self.of.get()?.log.as_ref()
    }

    /// A line that was printed. What comes after the process's end waits for no place in the queue.
    pub(super) async fn line(&self, source: &str, line: &str, over: bool) {
        if source == "err" {
            self.keep(line);
        }
        let Some(log) = self.log() else {
            tracing::debug!(sandbox = %self, source, line, "printed");
            return;
        };
        if log.add(source, line) || (!over && log.add_in_turn(source, line).await) {
            self.tell_lost();
        } else {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn tell_lost(&self) {
        let lost = self.lost.swap(0, Ordering::Relaxed);
        if lost > 0
            && let Some(log) = self.log()
        {
            log.note(&format!("{lost} lines were lost: the app prints too fast"));
        }
    }

    /// Says, once, why the app may seem to stand still.
    pub(super) fn tell_slowed(&self) {
        if !self.slowed.swap(true, Ordering::Relaxed) {
            self.note_soon("prints too fast, and is made to wait");
        }
    }

    fn keep(&self, line: &str) {
        if FULL_HEAP.iter().any(|words| line.contains(words)) {
            self.out_of_memory.store(true, Ordering::Relaxed);
        }
        let end = line.floor_char_boundary(LAST_LINE_LENGTH);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.len() == LAST_LINES {
            last.pop_front();
        }
        last.push_back(line[..end].to_owned());
    }

    /// Notes something about the sandbox itself.
    pub(super) fn note_soon(&self, text: &str) {
        let text = self.traced(text);
        if let Some(log) = self.log() {
            log.note(&text);
        }
    }

    /// Notes something about the sandbox itself; it and all before it are written when this returns.
    pub(super) async fn note(&self, text: &str) {
        let text = self.traced(text);
        if let Some(log) = self.log() {
            log.note_and_flush(&text).await;
        }
    }

    /// A note, which may quote the app.
    fn traced(&self, text: &str) -> String {
        let text = one_line(text);
        tracing::debug!(sandbox = %self, "{text}");
        format!("sandbox {self} {text}")
    }

    /// The last lines of its standard error.
    pub(super) fn last_lines(&self) -> String {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// Whether V8 said that its heap is full.
    pub(super) fn said_out_of_memory(&self) -> bool {
        self.out_of_memory.load(Ordering::Relaxed)
    }
}

impl fmt::Display for Sink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.of.get() {
            Some(of) => of.id.fmt(f),
            None => f.write_str("(waiting)"),
        }
    }
}

/// A sandbox, and the log of its appspace if it has one; otherwise output is only traced.
struct Of {
    id: SandboxId,
    log: Option<Log>,
}
