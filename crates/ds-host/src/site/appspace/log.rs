//! The end of an appspace's log.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
};

/// How much is read, in bytes, and how many lines of it are shown.
const READ: u64 = 32 << 10;
const LINES: usize = 60;

/// The last lines, oldest first; none if there is no log.
pub(super) async fn tail(path: PathBuf) -> Vec<String> {
    let read = tokio::task::spawn_blocking(move || read(&path));
    match read.await.map_err(io::Error::other).flatten() {
        Ok(lines) => lines,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => {
            tracing::warn!(%error, "cannot read the log of an appspace");
            Vec::new()
        }
    }
}

fn read(path: &Path) -> io::Result<Vec<String>> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let skipped = length.saturating_sub(READ);
    file.seek(SeekFrom::Start(skipped))?;
    let mut bytes = Vec::new();
    file.take(READ).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let mut lines: Vec<&str> = text.lines().collect();
    if skipped > 0 && !lines.is_empty() {
        // It may begin in the middle.
        lines.remove(0);
    }
    let last = lines.len().saturating_sub(LINES);
    Ok(lines[last..].iter().map(|line| plain(line)).collect())
}

/// What apps print must not steer anything.
fn plain(line: &str) -> String {
    let shown = |c: char| {
        if c.is_control() && c != '\t' {
            '\u{fffd}'
        } else {
            c
        }
    };
    line.chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    #[tokio::test]
    async fn the_last_lines() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log.txt");
        assert!(tail(path.clone()).await.is_empty());
        std::fs::write(&path, "one\ntwo \x1b[2J\n").unwrap();
        assert_eq!(tail(path.clone()).await, ["one", "two \u{fffd}[2J"]);
        let mut long = String::new();
        for number in 0..5000 {
            writeln!(long, "line {number}").unwrap();
        }
        std::fs::write(&path, long).unwrap();
        let lines = tail(path.clone()).await;
        assert_eq!((lines.len(), lines[59].as_str()), (60, "line 4999"));
        std::fs::write(&path, "x".repeat(100_000)).unwrap();
        assert!(tail(path).await.is_empty());
    }
}
