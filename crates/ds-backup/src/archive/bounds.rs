//! How much is taken in, and whether there is room for it.

use std::os::fd::BorrowedFd;

use super::ArchiveError;

/// What a file or directory takes on disk beside its content, roughly.
const ENTRY: u64 = 4096;
/// How much is written between two looks at the free space.
const STEP: u64 = 64 << 20;

/// How much is taken in at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportBounds {
    /// The bytes of all files.
    pub bytes: u64,
    /// Files, directories and links.
    pub entries: u64,
    /// Disk space that stays free.
    pub keep_free: u64,
}

impl Default for ImportBounds {
    /// As much as there is room for.
    fn default() -> Self {
        Self {
            bytes: u64::MAX,
            entries: 5_000_000,
            keep_free: 256 << 20,
        }
    }
}

impl ImportBounds {
    pub(super) fn check(&self, entries: u64, bytes: u64) -> Result<(), ArchiveError> {
        for (what, has, most) in [
            ("bytes", bytes, self.bytes),
            ("files", entries, self.entries),
        ] {
            if has > most {
                return Err(ArchiveError::TooMuch { what, has, most });
            }
        }
        Ok(())
    }
}

/// The free space, looked at now and then.
pub(super) struct Space {
    keep_free: u64,
    since: u64,
}

impl Space {
    /// Whether there is room for that much.
    pub(super) fn check(
        on: BorrowedFd<'_>,
        bounds: &ImportBounds,
        entries: u64,
        bytes: u64,
    ) -> Result<Self, ArchiveError> {
        let new = entries.saturating_mul(ENTRY).saturating_add(bytes);
        let needed = new.saturating_add(bounds.keep_free);
        enough(on, needed)?;
        Ok(Self {
            keep_free: bounds.keep_free,
            since: 0,
        })
    }

    /// That so much is going to be written.
    pub(super) fn take(&mut self, on: BorrowedFd<'_>, bytes: u64) -> Result<(), ArchiveError> {
        self.since = self.since.saturating_add(bytes);
        if self.since >= STEP {
            self.since = 0;
            enough(on, self.keep_free)?;
        }
        Ok(())
    }

    /// That a file or directory is going to be made.
    pub(super) fn take_entry(&mut self, on: BorrowedFd<'_>) -> Result<(), ArchiveError> {
        self.take(on, ENTRY)
    }
}

fn enough(on: BorrowedFd<'_>, needed: u64) -> Result<(), ArchiveError> {
    // A file system that does not say has to say no when it is full.
    let Ok(about) = rustix::fs::fstatvfs(on) else {
        return Ok(());
    };
    let free = about.f_bavail.saturating_mul(about.f_frsize);
    if free < needed {
        return Err(ArchiveError::NoSpace { needed, free });
    }
    Ok(())
}
