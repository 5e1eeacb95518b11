//! What the app printed while it was tried out, for its owner to read.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use ds_core::error_chain;

use super::Change;
use crate::files::blocking;

/// How much of what the app printed meanwhile is kept.
const MOST_TOLD: u64 = 64 << 10;

impl Change<'_> {
    /// Adds what the app printed while it was tried out to the appspace's log: its owner wants to know what went
    /// wrong, and the clone goes away.
    pub(super) async fn tell(&self) {
        let (from, to) = (self.staged.log(), self.live.log());
        if let Err(error) = blocking(move || append(&from, &to)).await {
            let (id, error) = (self.appspace.id, error_chain(&error));
            tracing::warn!(appspace = %id, error, "cannot add to an appspace's log");
        }
    }
}

fn append(from: &Path, to: &Path) -> io::Result<()> {
    let mut from = match File::open(from) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        opened => opened?,
    };
    let length = from.metadata()?.len();
    from.seek(SeekFrom::Start(length.saturating_sub(MOST_TOLD)))?;
    let mut text = Vec::new();
    from.take(MOST_TOLD).read_to_end(&mut text)?;
    let mut to = OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(to)?;
    to.write_all(&text)
}
