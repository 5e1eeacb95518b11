//! A package on its way in: streamed to a file, never held in memory, gone when it is installed.

use std::path::{Path, PathBuf};

use axum::{
    extract::{Multipart, multipart::MultipartError},
    http::StatusCode,
};
use ds_core::DataDir;
use tokio::io::AsyncWriteExt as _;

use super::error::SiteError;
use crate::scratch::Scratch;

/// A package in a directory of its own, removed when this is dropped: also when the browser goes away in the middle
/// of an upload.
pub(super) struct Package {
    _dir: Scratch,
    file: PathBuf,
}

impl Package {
    async fn new(data: &DataDir) -> Result<Self, SiteError> {
        let dir = Scratch::make(data).await;
        let dir = dir.map_err(SiteError::failed("make room for the package"))?;
        let file = dir.path().join("package.tar.gz");
        Ok(Self { _dir: dir, file })
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.file
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
