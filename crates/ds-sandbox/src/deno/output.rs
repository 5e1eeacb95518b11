//! Reading what a sandbox's process prints.
//!
//! Reading it costs the host more than printing it costs the app. So it is read at a bounded pace: an app that
//! prints more finds its pipe full, and waits.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _},
    process::Child,
    time::{Instant, sleep, timeout_at},
};
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

pub(super) use super::sink::Sink;
use super::{bucket::Bucket, lines::Lines};

/// How many lines are paid for at once: a flood is not woken for each of its lines.
const GROUP: usize = 50;
/// How long what is left in the pipes of an ended process is read.
const REST: Duration = Duration::from_secs(1);

/// The tasks that read what a process prints.
pub(super) struct Output {
    tasks: Vec<AbortOnDropHandle<()>>,
    pace: Arc<Pace>,
}

impl Output {
    pub(super) fn of(child: &mut Child, sink: &Arc<Sink>) -> Self {
        let pace = Pace::new(sink);
        let out = child.stdout.take().map(|pipe| read(pipe, "out", &pace));
        let err = child.stderr.take().map(|pipe| read(pipe, "err", &pace));
        let tasks = out.into_iter().chain(err).collect();
        Self { tasks, pace }
    }

    /// The process has ended. Waits, for a moment at most, until everything printed has been read: no more comes, so
    /// there is no pace any more.
    pub(super) async fn finish(&mut self) {
        self.pace.over.cancel();
        let end = Instant::now() + REST;
        for task in self.tasks.drain(..) {
            let _ = timeout_at(end, task).await;
        }
        self.pace.sink.tell_lost();
    }
}

/// How fast both pipes of a process are read.
struct Pace {
    sink: Arc<Sink>,
    bucket: Mutex<Bucket>,
    over: CancellationToken,
}

impl Pace {
    fn new(sink: &Arc<Sink>) -> Arc<Self> {
        Arc::new(Self {
            sink: Arc::clone(sink),
            bucket: Bucket::full(Instant::now()).into(),
            over: CancellationToken::new(),
        })
    }

    /// Takes what was read, and waits until there may be more.
    async fn keep(&self, bytes: usize, lines: usize) {
        let wait = {
            let mut bucket = self.bucket.lock().unwrap_or_else(PoisonError::into_inner);
            bucket.take(bytes, lines, Instant::now())
        };
        if wait.is_zero() || self.over.is_cancelled() {
            return;
        }
        self.sink.tell_slowed();
        tokio::select! {
            () = sleep(wait) => {}
            () = self.over.cancelled() => {}
        }
    }

    async fn line(&self, source: &str, line: &str) {
        let over = self.over.is_cancelled();
        self.sink.line(source, line, over).await;
    }
}

fn read(
    mut pipe: impl AsyncRead + Unpin + Send + 'static,
    source: &'static str,
    pace: &Arc<Pace>,
) -> AbortOnDropHandle<()> {
    let pace = Arc::clone(pace);
    AbortOnDropHandle::new(tokio::spawn(async move {
        let (mut lines, mut chunk) = (Lines::default(), vec![0; 8192]);
        let mut complete = Vec::new();
        // A pipe that breaks has ended too.
        while let Ok(length @ 1..) = pipe.read(&mut chunk).await {
            lines.push(&chunk[..length], |line| complete.push(line));
            for group in complete.chunks(GROUP) {
                for line in group {
                    pace.line(source, line).await;
                }
                pace.keep(0, group.len()).await;
            }
            complete.clear();
            pace.keep(length, 0).await;
        }
        if let Some(line) = lines.finish() {
            pace.line(source, &line).await;
        }
    }))
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncWriteExt as _;

    use super::*;

    /// How much of a flood is taken from its pipe in ten seconds.
    #[tokio::test(start_paused = true)]
    async fn a_flood_is_read_at_its_pace_and_its_end_at_once() {
        for (line, most) in [("\n", 4000 + 10 * 200), ("0123456789abcde\n", 6000 * 16)] {
            let pace = Pace::new(&Sink::new());
            let (mut app, pipe) = tokio::io::duplex(8192);
            let task = read(pipe, "out", &pace);
            let flood = line.repeat(8192 / line.len());
            let (mut written, end) = (0, Instant::now() + Duration::from_secs(10));
            while timeout_at(end, app.write_all(flood.as_bytes()))
                .await
                .is_ok()
            {
                written += flood.len();
            }
            assert!(written > 4000 * line.len(), "{written}");
            // What is in the pipe, half written or in hand is not in the log.
            assert!(written < most + 3 * 8192, "{written}");
            drop(app);
            let started = Instant::now();
            pace.over.cancel();
            task.await.unwrap();
            assert_eq!(started.elapsed(), Duration::ZERO);
        }
    }
}
