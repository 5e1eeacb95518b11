//! Appspaces' logs: what their apps print and why their sandboxes ended.
//!
//! One thread writes all of them, so that no disk holds up the runtime. The queue between is bounded, and so is
//! the part of it that one log may fill: an app that prints a lot takes nothing from the others, and no memory.

use std::{
    collections::HashMap,
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::Duration,
};

use ds_core::{Clock as _, SystemClock, one_line};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot},
    time::timeout,
};

/// Lines that wait to be written.
const QUEUE: usize = 4096;
/// How many of them may be of what one sandbox printed.
const PRINTED: usize = 512;
/// And how many may be the host's notes about it.
const NOTES: usize = 64;
/// The longest text of a line: what an app prints is shorter, notes may quote what it failed with.
const MAX_TEXT: usize = 16 << 10;
/// How long a line waits for its turn: a disk that does not write holds up no app for long.
const PATIENCE: Duration = Duration::from_millis(200);

/// A line for a log.
struct Entry {
    path: Arc<Path>,
    limit: u64,
    line: String,
    /// Its place in the queue, given back when it is written.
    place: Option<OwnedSemaphorePermit>,
    /// Told when it is written.
    written: Option<oneshot::Sender<()>>,
}

/// Writes logs.
#[derive(Clone)]
pub(super) struct Logs(mpsc::Sender<Entry>);

/// One appspace's log, as one of its sandboxes adds to it.
#[derive(Clone)]
pub(super) struct Log {
    logs: Logs,
    path: Arc<Path>,
    limit: u64,
    printed: Arc<Semaphore>,
    notes: Arc<Semaphore>,
}

impl Logs {
    /// Starts the thread; it ends when nobody can write any more.
    pub(super) fn start() -> io::Result<Self> {
        let (to, mut queue) = mpsc::channel::<Entry>(QUEUE);
        thread::Builder::new()
            .name("appspace-logs".into())
            .spawn(move || {
                let mut batch = Vec::new();
                while queue.blocking_recv_many(&mut batch, QUEUE) > 0 {
                    write_batch(batch.drain(..));
                }
            })?;
        Ok(Self(to))
    }

    pub(super) fn of(&self, path: PathBuf, limit: u64) -> Log {
        Log {
            logs: self.clone(),
            path: path.into(),
            limit,
            printed: Arc::new(Semaphore::new(PRINTED)),
            notes: Arc::new(Semaphore::new(NOTES)),
        }
    }
}

impl Log {
    /// Adds something about a sandbox if there is room in the queue.
    pub(super) fn note(&self, text: &str) {
        let _ = self.add_now(&self.notes, "host", text);
    }

    /// Adds what an app printed if there is room in the queue; says whether there was.
    pub(super) fn add(&self, source: &str, text: &str) -> bool {
        self.add_now(&self.printed, source, text).is_some()
    }

    /// Adds what an app printed as soon as there is room; says whether there was any in time.
    pub(super) async fn add_in_turn(&self, source: &str, text: &str) -> bool {
        let adding = async {
            let place = Arc::clone(&self.printed).acquire_owned().await.ok()?;
            let to = self.logs.0.reserve().await.ok()?;
            to.send(self.entry(source, text, Some(place)));
            Some(())
        };
        matches!(timeout(PATIENCE, adding).await, Ok(Some(())))
    }

    /// Adds a line of the host and waits until it, and all before it, are written.
    pub(super) async fn note_and_flush(&self, text: &str) {
        let (written, done) = oneshot::channel();
        let mut entry = self.entry("host", text, None);
        entry.written = Some(written);
        // A log that cannot be written is no reason to stop.
        if self.logs.0.send(entry).await.is_ok() {
            let _ = done.await;
        }
    }

    fn add_now(&self, share: &Arc<Semaphore>, source: &str, text: &str) -> Option<()> {
        let place = Arc::clone(share).try_acquire_owned().ok()?;
        let entry = self.entry(source, text, Some(place));
        self.logs.0.try_send(entry).ok()
    }

    /// The one place where lines are made: whatever the text, it is one line.
    fn entry(&self, source: &str, text: &str, place: Option<OwnedSemaphorePermit>) -> Entry {
        let short = &text[..text.floor_char_boundary(MAX_TEXT)];
        let more = if short.len() < text.len() { "…" } else { "" };
        let text = one_line(short);
        Entry {
            path: Arc::clone(&self.path),
            limit: self.limit,
            line: format!("{} [{source}] {text}{more}\n", SystemClock.now()),
            place,
            written: None,
        }
    }
}

fn write_batch(entries: impl Iterator<Item = Entry>) {
    let mut files: HashMap<Arc<Path>, (u64, String)> = HashMap::new();
    let (mut written, mut places) = (Vec::new(), Vec::new());
    for entry in entries {
        let (limit, text) = files.entry(entry.path).or_default();
        *limit = entry.limit;
        text.push_str(&entry.line);
        written.extend(entry.written);
        places.extend(entry.place);
    }
    for (path, (limit, text)) in files {
        if let Err(error) = append(&path, limit, text.as_bytes()) {
            // The appspace may just have been deleted.
            tracing::debug!(%error, path = %path.display(), "cannot write an appspace's log");
        }
    }
    drop(places);
    for told in written {
        let _ = told.send(());
    }
}

fn append(path: &Path, limit: u64, text: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().append(true).create(true).open(path)?;
    file.write_all(text)?;
    let length = file.metadata()?.len();
    if length > limit {
        drop_older_half(path, limit)?;
    }
    Ok(())
}

/// Keeps the newest whole lines that fit into half of the limit. Written beside and renamed: a crash leaves
/// the old log or the new.
fn drop_older_half(path: &Path, limit: u64) -> io::Result<()> {
    let mut old = File::open(path)?;
    let keep = i64::try_from(limit / 2).unwrap_or(i64::MAX);
    old.seek(SeekFrom::End(-keep))?;
    let mut newest = Vec::new();
    old.read_to_end(&mut newest)?;
    let first = newest.iter().position(|byte| *byte == b'\n');
    let whole = first.map_or(&newest[..0], |end| &newest[end + 1..]);
    let beside = path.with_extension("new");
    fs::write(&beside, whole)?;
    fs::rename(beside, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_log_keeps_the_newest_lines_within_its_limit() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log.txt");
        let log = Logs::start().unwrap().of(path.clone(), 2000);
        for line in 0..100 {
            log.note_and_flush(&format!("line {line}")).await;
            let text = fs::read_to_string(&path).unwrap();
            assert!(text.len() <= 2000, "{}", text.len());
            assert!(text.ends_with(&format!(" [host] line {line}\n")));
            assert!(
                text.lines()
                    .all(|line| line.starts_with("20") && line.contains("Z [host] "))
            );
        }
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.len() > 900, "{text}");
    }

    #[tokio::test]
    async fn a_log_whose_directory_is_gone_stops_nobody() {
        let dir = tempfile::tempdir().unwrap();
        let log = Logs::start()
            .unwrap()
            .of(dir.path().join("gone/log.txt"), 100);
        log.note_and_flush("x").await;
        assert!(!dir.path().join("gone").exists());
    }

    #[tokio::test]
    async fn whatever_the_text_it_is_one_line() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log.txt");
        let log = Logs::start().unwrap().of(path.clone(), 1 << 20);
        let check = async |text: &str, expect: &str| {
            fs::write(&path, "").unwrap();
            log.note_and_flush(text).await;
            let written = fs::read_to_string(&path).unwrap();
            let (_, line) = written.split_once(' ').unwrap();
            assert_eq!(line, format!("[host] {expect}\n"));
        };
        check("plain ☃", "plain ☃").await;
        check(
            "x\n2026 [host] forged\x1b[2J\x07",
            "x ⏎ 2026 [host] forged\u{fffd}[2J\u{fffd}",
        )
        .await;
        let most = "x".repeat(MAX_TEXT);
        check(&most, &most).await;
        check(&format!("{most}x"), &format!("{most}…")).await;
    }

    /// Logs whose lines nobody writes, and what waits.
    fn unwritten() -> (Logs, mpsc::Receiver<Entry>) {
        let (to, queue) = mpsc::channel(QUEUE);
        (Logs(to), queue)
    }

    #[tokio::test]
    async fn a_flood_takes_no_other_logs_place() {
        let (logs, mut queue) = unwritten();
        let flooding = logs.of("gone/flooding".into(), 1);
        let calm = logs.of("gone/calm".into(), 1);
        let got = (0..10_000).filter(|_| flooding.add("out", "x")).count();
        assert_eq!(got, PRINTED);
        assert!((0..PRINTED).all(|_| calm.add("out", "x")));
        // The host's notes have places of their own.
        (0..1000).for_each(|_| flooding.note("note"));
        assert_eq!(queue.len(), 2 * PRINTED + NOTES);
        // What is written makes room.
        assert!(!flooding.add("out", "x"));
        let first = queue.recv().await.unwrap();
        assert!(!flooding.add("out", "x"));
        write_batch([first].into_iter());
        assert!(flooding.add("out", "x"));
    }

    #[tokio::test(start_paused = true)]
    async fn a_line_waits_for_its_turn_but_not_for_ever() {
        let (logs, mut queue) = unwritten();
        let log = logs.of("gone/log".into(), 1);
        (0..PRINTED).for_each(|_| assert!(log.add("out", "x")));
        assert!(!log.add_in_turn("out", "nobody writes").await);
        let waits = log.clone();
        let waiting = tokio::spawn(async move { waits.add_in_turn("out", "waits").await });
        tokio::task::yield_now().await;
        write_batch([queue.recv().await.unwrap()].into_iter());
        assert!(waiting.await.unwrap());
    }
}
