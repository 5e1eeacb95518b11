//! The directory that an archive is unpacked to, which is there only if all went well.

use std::{fs::DirBuilder, io, os::unix::fs::DirBuilderExt as _, path::Path};

use ds_core::publish;

use super::ArchiveError;

/// A new directory that goes again, with all that is in it, unless it is kept.
pub(super) struct Staged<'a> {
    path: &'a Path,
    keep: bool,
}

impl<'a> Staged<'a> {
    pub(super) fn create(path: &'a Path) -> Result<Self, ArchiveError> {
        match DirBuilder::new().mode(0o700).create(path) {
            Ok(()) => Ok(Self { path, keep: false }),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(ArchiveError::Exists(path.to_owned()))
            }
            Err(source) => Err(ArchiveError::WriteFile {
                name: path.display().to_string(),
                source,
            }),
        }
    }

    /// Sees that the directories in it are on disk, and keeps it.
    pub(super) fn keep(mut self, directories: &[&str]) -> Result<(), ArchiveError> {
        let sync = || {
            for name in directories {
                publish::sync_tree(&self.path.join(name))?;
            }
            publish::sync_dir(self.path)?;
            self.path.parent().map_or(Ok(()), publish::sync_dir)
        };
        sync().map_err(|source| ArchiveError::WriteFile {
            name: self.path.display().to_string(),
            source,
        })?;
        self.keep = true;
        Ok(())
    }
}

impl Drop for Staged<'_> {
    fn drop(&mut self) {
        if !self.keep {
            // What stays is in staging, which is emptied when the host starts.
            let _ = publish::remove_dir(self.path);
        }
    }
}
