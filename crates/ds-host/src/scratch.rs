//! A directory of one's own for files on their way: an upload, an archive that is handed over.

use std::{
    io,
    path::{Path, PathBuf},
};

use ds_core::{DataDir, JobId, publish};

/// A directory among those of jobs, removed when this is dropped. What a crash leaves there goes when the host next
/// starts.
#[derive(Debug)]
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    /// Makes one.
    pub(crate) async fn make(data: &DataDir) -> io::Result<Self> {
        let dir = data.staging(JobId::new());
        let made = dir.clone();
        let made = tokio::task::spawn_blocking(move || publish::create_private_dir(&made));
        made.await.map_err(io::Error::other)??;
        Ok(Self(dir))
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let dir = std::mem::take(&mut self.0);
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn_blocking(move || {
                if let Err(error) = std::fs::remove_dir_all(&dir) {
                    tracing::warn!(%error, dir = %dir.display(), "files on their way stay until the next start");
                }
            });
        }
    }
}
