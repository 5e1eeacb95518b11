//! What a sandbox's process prints: into the appspace's log, and its last lines kept for error messages.

use std::{
    collections::VecDeque,
    fmt,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use ds_core::SandboxId;
use tokio::{
    io::{AsyncRead, AsyncReadExt as _},
    process::Child,
    time::timeout,
};
use tokio_util::task::AbortOnDropHandle;

use super::{lines::Lines, log::Log};

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
}

impl Sink {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            of: OnceLock::new(),
            last: Mutex::default(),
            lost: 0.into(),
            out_of_memory: false.into(),
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

    fn line(&self, source: &str, line: &str) {
        if source == "err" {
            self.keep(line);
        }
        let Some(log) = self.log() else {
            tracing::debug!(sandbox = %self, source, line, "printed");
            return;
        };
        if !log.add(source, line) {
            self.lost.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let lost = self.lost.swap(0, Ordering::Relaxed);
        if lost > 0 {
            log.add(
                "host",
                &format!("{lost} lines were lost: the app prints too fast"),
            );
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
        tracing::debug!(sandbox = %self, "{text}");
        if let Some(log) = self.log() {
            log.add("host", &format!("sandbox {self} {text}"));
        }
    }

    /// Notes something about the sandbox itself; it and all before it are written when this returns.
    pub(super) async fn note(&self, text: &str) {
        tracing::debug!(sandbox = %self, "{text}");
        if let Some(log) = self.log() {
            log.add_and_flush("host", &format!("sandbox {self} {text}"))
                .await;
        }
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

/// The tasks that read what a process prints.
pub(super) struct Output(Vec<AbortOnDropHandle<()>>);

impl Output {
    pub(super) fn of(child: &mut Child, sink: &Arc<Sink>) -> Self {
        let out = child.stdout.take().map(|pipe| read(pipe, "out", sink));
        let err = child.stderr.take().map(|pipe| read(pipe, "err", sink));
        Self(out.into_iter().chain(err).collect())
    }

    /// Waits, for a moment at most, until everything printed has been read.
    pub(super) async fn finish(&mut self) {
        for task in self.0.drain(..) {
            let _ = timeout(Duration::from_secs(1), task).await;
        }
    }
}

fn read(
    mut pipe: impl AsyncRead + Unpin + Send + 'static,
    source: &'static str,
    sink: &Arc<Sink>,
) -> AbortOnDropHandle<()> {
    let sink = Arc::clone(sink);
    AbortOnDropHandle::new(tokio::spawn(async move {
        let (mut lines, mut chunk) = (Lines::default(), vec![0; 8192]);
        // A pipe that breaks has ended too.
        while let Ok(length @ 1..) = pipe.read(&mut chunk).await {
            lines.push(&chunk[..length], |line| sink.line(source, &line));
        }
        if let Some(line) = lines.finish() {
            sink.line(source, &line);
        }
    }))
}
