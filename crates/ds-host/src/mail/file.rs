//! Each message becomes a file: for hosts that have no mail server, and for tests.

use std::{
    fs::{self, DirBuilder, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use async_trait::async_trait;
use ds_core::JobId;
use lettre::Message;

use super::{MailError, Transport};

/// Writes `<id>.eml` files, in the order of their names.
#[derive(Debug)]
pub struct FileTransport {
    dir: PathBuf,
}

impl FileTransport {
    /// Writes into this directory, which is made when it is needed.
    #[must_use]
    pub fn new(dir: PathBuf) -> Self {
        Self { dir }
    }
}

#[async_trait]
impl Transport for FileTransport {
    async fn deliver(&self, message: &Message) -> Result<(), MailError> {
        let path = self.dir.join(format!("{}.eml", JobId::new()));
        let (to, bytes) = (path.clone(), message.formatted());
        let written = tokio::task::spawn_blocking(move || write(&to, &bytes)).await;
        let written = written.unwrap_or_else(|panic| Err(io::Error::other(panic)));
        written.map_err(|source| MailError::File { path, source })
    }
}

/// Whole or not at all, and for this user alone.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(dir) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    }
    let beside = path.with_extension("new");
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&beside)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    let written = written.and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}
