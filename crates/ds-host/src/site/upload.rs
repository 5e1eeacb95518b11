//! A package on its way in: streamed to a file, never held in memory, gone when it is installed.

use std::path::{Path, PathBuf};

use axum::{
    extract::{Multipart, multipart::MultipartError},
    http::StatusCode,
};
use ds_core::{DataDir, JobId, publish};
use tokio::io::AsyncWriteExt as _;

use super::error::SiteError;

/// A package in a staging directory of its own, removed when this is dropped. What a crash leaves there goes
/// when the host next starts.
pub(super) struct Package {
    dir: PathBuf,
    file: PathBuf,
}

impl Package {
    async fn new(data: &DataDir) -> Result<Self, SiteError> {
        let dir = data.staging(JobId::new());
        let made = dir.clone();
        tokio::task::spawn_blocking(move || publish::create_private_dir(&made))
            .await
            .map_err(SiteError::failed("make room for the package"))?
            .map_err(SiteError::failed("make room for the package"))?;
        let file = dir.join("package.tar.gz");
        Ok(Self { dir, file })
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.file
    }
}

impl Drop for Package {
    /// Also when the browser goes away in the middle of an upload.
    fn drop(&mut self) {
        let dir = std::mem::take(&mut self.dir);
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn_blocking(move || {
                if let Err(error) = std::fs::remove_dir_all(&dir) {
                    tracing::warn!(%error, dir = %dir.display(), "an uploaded package stays until the next start");
                }
            });
        }
    }
}

/// Writes the field `package` of a form to a file.
pub(super) async fn receive(data: &DataDir, mut form: Multipart) -> Result<Package, SiteError> {
    while let Some(mut field) = form.next_field().await.map_err(|error| refusal(&error))? {
        if field.name() != Some("package") {
            continue;
        }
        let package = Package::new(data).await?;
        let file = tokio::fs::File::create(package.path()).await;
        let mut file = file.map_err(SiteError::failed("keep the package"))?;
        let mut size = 0;
        while let Some(chunk) = field.chunk().await.map_err(|error| refusal(&error))? {
            size += chunk.len();
            let written = file.write_all(&chunk).await;
            written.map_err(SiteError::failed("keep the package"))?;
        }
        let flushed = file.flush().await;
        flushed.map_err(SiteError::failed("keep the package"))?;
        return if size == 0 {
            Err(SiteError::BadForm)
        } else {
            Ok(package)
        };
    }
    Err(SiteError::BadForm)
}

fn refusal(error: &MultipartError) -> SiteError {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        SiteError::TooLarge
    } else {
        SiteError::BadForm
    }
}
