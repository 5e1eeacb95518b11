//! Cloning a directory and all below it.

use std::{
    fs::{self, DirEntry, FileType, Metadata, OpenOptions},
    io,
    os::{
        fd::AsFd as _,
        unix::fs::{MetadataExt as _, OpenOptionsExt as _, symlink},
    },
    path::Path,
};

use ds_core::publish::{self, TooDeep};
use rustix::fs::{AtFlags, CWD, OFlags, fcntl_setfl, futimens, utimensat};

use super::{
    CloneError, Cloned, LatestFiles, LeftOut, Stop,
    copy::copy,
    witness::{Witness, times},
};
use crate::Progress;

/// A tree that is being cloned.
pub(super) struct Cloning<'a> {
    pub(super) root: &'a Path,
    pub(super) cloned: Cloned,
    /// Whether all was in the earlier clone as it is now, and nothing else.
    pub(super) is_same: bool,
    /// How files looked in the latest snapshot: those that look so still are left out.
    pub(super) latest: Option<&'a LatestFiles>,
    pub(super) left_out: LeftOut,
    pub(super) progress: &'a dyn Progress,
}

impl Cloning<'_> {
    /// Clones a directory. What is in `earlier`, a clone of the same, and did not change since is moved from there.
    pub(super) fn dir(
        &mut self,
        from: &Path,
        to: &Path,
        earlier: Option<&Path>,
        levels: usize,
    ) -> Result<(), CloneError> {
        let failed = |source| CloneError::io(from, source);
        let original = from.symlink_metadata().map_err(failed)?;
        publish::create_private_dir(to).map_err(failed)?;
        // It may be a link there, to anywhere.
        let is_dir = |dir: &&Path| dir.symlink_metadata().is_ok_and(|found| found.is_dir());
        let earlier = earlier.filter(is_dir);
        self.is_same &= earlier.is_some();
        let mut dirs = 0;
        for entry in publish::read_dir(from).map_err(failed)? {
            if self.progress.is_cancelled() {
                return Err(CloneError::Cancelled);
            }
            let entry = entry.map_err(failed)?;
            let kind = entry.file_type().map_err(failed)?;
            let to = to.join(entry.file_name());
            let earlier = earlier.map(|dir| dir.join(entry.file_name()));
            if kind.is_dir() {
                dirs += 1;
                let below = levels.checked_sub(1);
                let below = below.ok_or_else(|| CloneError::TooDeep(TooDeep(entry.path())))?;
                self.dir(&entry.path(), &to, earlier.as_deref(), below)?;
            } else {
                let cloned = self.entry(&entry, kind, &to, earlier.as_deref());
                cloned.map_err(|stop| stop.at(&entry.path()))?;
            }
        }
        if let Some(earlier) = earlier {
            // All else was moved out.
            let left = fs::read_dir(earlier).map_err(failed)?.count();
            self.is_same &= left == dirs;
        }
        let times = times(&original, None);
        let set = utimensat(CWD, to, &times, AtFlags::SYMLINK_NOFOLLOW);
        set.map_err(|error| failed(error.into()))
    }

    fn entry(
        &mut self,
        entry: &DirEntry,
        kind: FileType,
        to: &Path,
        earlier: Option<&Path>,
    ) -> Result<(), Stop> {
        let from = entry.path();
        if kind.is_file() {
            let original = entry.metadata()?;
            if let Some(earlier) = earlier.filter(|earlier| is_clone_of(earlier, &original)) {
                fs::rename(earlier, to)?;
                self.progress.advance(original.len(), 0);
                self.count(original.len(), true);
                return Ok(());
            }
            if self.leave_out(&from, &original) {
                return Ok(());
            }
            self.is_same = false;
            self.file(&from, to)
        } else if kind.is_symlink() {
            let target = fs::read_link(&from)?;
            let before = earlier.and_then(|earlier| fs::read_link(earlier).ok());
            if let Some(earlier) = earlier.filter(|_| before.as_ref() == Some(&target)) {
                return Ok(fs::rename(earlier, to)?);
            }
            self.is_same = false;
            symlink(target, to)?;
            let times = times(&entry.metadata()?, None);
            utimensat(CWD, to, &times, AtFlags::SYMLINK_NOFOLLOW).map_err(io::Error::from)?;
            Ok(())
        } else {
            self.cloned.skipped += 1;
            Ok(())
        }
    }

    fn leave_out(&mut self, from: &Path, original: &Metadata) -> bool {
        let Some(latest) = self.latest else {
            return false;
        };
        let path = from.strip_prefix(self.root).unwrap_or(from);
        let Some(file) = latest.left(path, original) else {
            return false;
        };
        self.left_out.add(path, file);
        self.progress.advance(original.len(), 0);
        self.count(original.len(), true);
        true
    }

    fn file(&mut self, from: &Path, to: &Path) -> Result<(), Stop> {
        let source = publish::open_file(from)?;
        // When a clone was read is its witness. Only a file's owner may; else it is read again the next time.
        let _ = fcntl_setfl(&source, OFlags::NOATIME);
        let original = source.metadata()?;
        let is_program = original.mode() & 0o100 != 0;
        let target = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(if is_program { 0o700 } else { 0o600 })
            .open(to)?;
        let is_shared = rustix::fs::ioctl_ficlone(&target, &source).is_ok();
        if is_shared {
            self.progress.advance(original.len(), 0);
        } else {
            copy(&source, &target, self.progress)?;
        }
        let clone = target.metadata()?;
        let witness = Witness::take(&original, &clone);
        futimens(target.as_fd(), &times(&original, Some(witness))).map_err(io::Error::from)?;
        self.count(clone.len(), is_shared);
        Ok(())
    }

    fn count(&mut self, bytes: u64, is_shared: bool) {
        self.cloned.files += 1;
        self.cloned.bytes += bytes;
        self.cloned.shared += u64::from(is_shared);
        self.progress.advance(0, 1);
    }
}

/// Whether a file was cloned from one that did not change since.
fn is_clone_of(earlier: &Path, original: &Metadata) -> bool {
    let Ok(clone) = earlier.symlink_metadata() else {
        return false;
    };
    let changed = |of: &Metadata| (of.mtime(), of.mtime_nsec());
    clone.is_file()
        && clone.len() == original.len()
        && changed(&clone) == changed(original)
        && Witness::of(&clone) == Some(Witness::now(original))
}
