//! Shows in the terminal what the app prints.

use std::{
    io::{Read as _, Seek as _, SeekFrom, Write as _},
    path::PathBuf,
    time::Duration,
};

/// How often the log is looked at: soon enough to feel immediate.
const EVERY: Duration = Duration::from_millis(200);

/// Copies what is added to the appspace's log to standard error, for as long as it is polled.
pub(crate) async fn follow(path: PathBuf) {
    let mut seen = std::fs::metadata(&path).map_or(0, |it| it.len());
    loop {
        tokio::time::sleep(EVERY).await;
        let path = path.clone();
        let copied = tokio::task::spawn_blocking(move || copy_from(&path, seen)).await;
        if let Ok(Ok(now)) = copied {
            seen = now;
        }
    }
}

/// Copies what lies behind `seen`; a log that got shorter was rotated and is shown from its start.
fn copy_from(path: &PathBuf, seen: u64) -> std::io::Result<u64> {
    let mut file = std::fs::File::open(path)?;
    let length = file.metadata()?.len();
    let from = if length < seen { 0 } else { seen };
    file.seek(SeekFrom::Start(from))?;
    let mut added = Vec::new();
    file.take(length - from).read_to_end(&mut added)?;
    std::io::stderr().write_all(&added)?;
    Ok(length)
}
