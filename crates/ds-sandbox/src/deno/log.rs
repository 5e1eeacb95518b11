//! Appspaces' logs: what their apps print and why their sandboxes ended.
//!
//! One thread writes all of them, so that no disk holds up the runtime. A queue between is bounded and never
//! waited for by what an app prints: an app that prints faster than the disk writes loses lines, and neither
//! waits nor takes memory.

use std::{
    collections::HashMap,
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};

use ds_core::{Clock as _, SystemClock};
use tokio::sync::{mpsc, oneshot};

/// Lines that wait to be written.
const QUEUE: usize = 4096;

/// A line for a log.
struct Entry {
    path: Arc<Path>,
    limit: u64,
    line: String,
    /// Told when it is written.
    written: Option<oneshot::Sender<()>>,
}

/// Writes logs.
#[derive(Clone)]
pub(super) struct Logs(mpsc::Sender<Entry>);

/// One appspace's log.
#[derive(Clone)]
pub(super) struct Log {
    logs: Logs,
    path: Arc<Path>,
    limit: u64,
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
        }
    }
}

impl Log {
    /// Adds a line if there is room in the queue; says whether there was.
    pub(super) fn add(&self, source: &str, text: &str) -> bool {
        self.logs.0.try_send(self.entry(source, text, None)).is_ok()
    }

    /// Adds a line and waits until it, and all before it, are written.
    pub(super) async fn add_and_flush(&self, source: &str, text: &str) {
        let (written, done) = oneshot::channel();
        let entry = self.entry(source, text, Some(written));
        // A log that cannot be written is no reason to stop.
        if self.logs.0.send(entry).await.is_ok() {
            let _ = done.await;
        }
    }

    fn entry(&self, source: &str, text: &str, written: Option<oneshot::Sender<()>>) -> Entry {
        Entry {
            path: Arc::clone(&self.path),
            limit: self.limit,
            line: format!("{} [{source}] {text}\n", SystemClock.now()),
            written,
        }
    }
}

fn write_batch(entries: impl Iterator<Item = Entry>) {
    let mut files: HashMap<Arc<Path>, (u64, String)> = HashMap::new();
    let mut written = Vec::new();
    for entry in entries {
        let (limit, text) = files.entry(entry.path).or_default();
        *limit = entry.limit;
        text.push_str(&entry.line);
        written.extend(entry.written);
    }
    for (path, (limit, text)) in files {
        if let Err(error) = append(&path, limit, text.as_bytes()) {
            // The appspace may just have been deleted.
            tracing::debug!(%error, path = %path.display(), "cannot write an appspace's log");
        }
    }
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
            log.add_and_flush("out", &format!("line {line}")).await;
            let text = fs::read_to_string(&path).unwrap();
            assert!(text.len() <= 2000, "{}", text.len());
            assert!(text.ends_with(&format!(" [out] line {line}\n")));
            assert!(
                text.lines()
                    .all(|line| line.starts_with("20") && line.contains("Z [out] "))
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
        log.add_and_flush("out", "x").await;
        assert!(!dir.path().join("gone").exists());
    }
}
