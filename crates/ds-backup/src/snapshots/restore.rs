//! Restoring a snapshot, or a part of one, into a new place.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, symlink},
    path::{Path, PathBuf},
    sync::Arc,
};

use ds_core::publish::{self, MOST_LEVELS};
use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, utimensat};

use super::{
    Repository, SnapshotError, SnapshotId,
    error::io_error,
    repository::Fault,
    tree::{Content, Entry, Kind, Trees, refused},
    watch::Watch,
};
use crate::Progress;

/// The most things that are restored: what a directory refers to can be there many times over, so a small
/// repository can hold more than there are disks for.
const MOST_ENTRIES: u64 = 10_000_000;

/// What was restored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Restored {
    /// Files and links.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

impl Repository {
    /// Restores a snapshot to `to`, which must not exist and whose parent must; or what is at the path `only` in it.
    /// All is read and compared with its hash before it is written, and flushed. Files are for their owner alone,
    /// whatever a snapshot says; links are restored and never followed. Blocks.
    ///
    /// # Errors
    /// If there is no such snapshot or path, it holds what this host would not store, there is no room, or it
    /// cannot be read or written, or was cancelled. Then `to` does not exist.
    pub fn restore(
        &self,
        id: &SnapshotId,
        to: &Path,
        only: Option<&Path>,
        progress: Arc<dyn Progress>,
    ) -> Result<Restored, SnapshotError> {
        if to.symlink_metadata().is_ok() {
            return Err(SnapshotError::Exists(to.to_owned()));
        }
        let watch = Watch::new(progress);
        let mut begun = false;
        let restored = self.work(&watch, "read a snapshot", |engine| {
            let root = self.find(&engine, id)?.tree;
            let engine = engine.to_indexed()?;
            let trees = Trees::new(&engine);
            let only = only.unwrap_or(Path::new(""));
            let found = trees.find(root, only)?;
            let found = found.ok_or_else(|| SnapshotError::NotInside {
                path: only.display().to_string(),
                id: id.short().to_owned(),
            })?;
            let planned = plan(&trees, &found, only, &watch)?;
            watch.progress().expect(planned.bytes, planned.files);
            check_room(to, planned.bytes)?;
            begun = true;
            let writer = Writer {
                trees: &trees,
                watch: &watch,
            };
            writer.write(&found, to, only)?;
            flush(to).map_err(io_error(format!("flush {}", to.display())))?;
            Ok(planned)
        });
        if restored.is_err() && begun {
            remove(to).map_err(io_error(format!(
                "remove what was begun at {}",
                to.display()
            )))?;
        }
        restored
    }
}

/// Looks at everything that will be written, and counts it.
fn plan(trees: &Trees<'_>, found: &Entry, at: &Path, watch: &Watch) -> Result<Restored, Fault> {
    let mut plan = Plan::default();
    plan.add(trees, found, at, MOST_LEVELS + 2, watch)?;
    Ok(plan.sum)
}

#[derive(Default)]
struct Plan {
    sum: Restored,
    entries: u64,
}

impl Plan {
    fn add(
        &mut self,
        trees: &Trees<'_>,
        found: &Entry,
        at: &Path,
        levels: usize,
        watch: &Watch,
    ) -> Result<(), Fault> {
        watch.check()?;
        self.entries += 1;
        if self.entries > MOST_ENTRIES {
            return Err(refused(at, "is one of more files than can be restored").into());
        }
        match &found.kind {
            Kind::Dir(id) => {
                let below = levels.checked_sub(1);
                let below = below.ok_or_else(|| refused(at, "is below too many directories"))?;
                for entry in trees.list(*id, at)? {
                    self.add(trees, &entry, &at.join(&entry.name), below, watch)?;
                }
            }
            Kind::File(content) => self.add_file(trees, content, at)?,
            Kind::Link(_) => self.sum.files += 1,
        }
        Ok(())
    }

    fn add_file(&mut self, trees: &Trees<'_>, content: &Content, at: &Path) -> Result<(), Fault> {
        let mut size = 0_u64;
        for chunk in &content.chunks {
            size = size.saturating_add(trees.length(*chunk)?);
        }
        if size != content.size {
            return Err(refused(at, "has another size than it says").into());
        }
        self.sum.files += 1;
        self.sum.bytes = self.sum.bytes.saturating_add(size);
        Ok(())
    }
}

struct Writer<'a> {
    trees: &'a Trees<'a>,
    watch: &'a Watch,
}

impl Writer<'_> {
    fn write(&self, found: &Entry, to: &Path, at: &Path) -> Result<(), Fault> {
        self.watch.check()?;
        let failed = || io_error(format!("write {}", to.display()));
        match &found.kind {
            Kind::Dir(id) => {
                let made = DirBuilder::new().mode(0o700).create(to);
                made.map_err(failed())?;
                for entry in self.trees.list(*id, at)? {
                    self.write(&entry, &to.join(&entry.name), &at.join(&entry.name))?;
                }
            }
            Kind::File(content) => self.write_file(content, to, at)?,
            Kind::Link(target) => symlink(target, to).map_err(failed())?,
        }
        set_time(found, to).map_err(failed())?;
        if !matches!(found.kind, Kind::Dir(_)) {
            self.watch.progress().advance(0, 1);
        }
        Ok(())
    }

    fn write_file(&self, content: &Content, to: &Path, at: &Path) -> Result<(), Fault> {
        let failed = || io_error(format!("write {}", to.display()));
        let mut file = create(to, content.is_program).map_err(failed())?;
        for chunk in &content.chunks {
            self.watch.check()?;
            let bytes = self.trees.chunk(*chunk, at)?;
            file.write_all(&bytes).map_err(failed())?;
            self.watch.progress().advance(bytes.len() as u64, 0);
        }
        Ok(())
    }
}

/// Never opens what is there already, links included.
fn create(path: &Path, is_program: bool) -> io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(if is_program { 0o700 } else { 0o600 })
        .open(path)
}

fn set_time(found: &Entry, to: &Path) -> io::Result<()> {
    /// In nanoseconds.
    const SECOND: i128 = 1_000_000_000;
    let Some(changed) = found.mtime else {
        return Ok(());
    };
    let nanoseconds = changed.as_nanosecond();
    let changed = Timespec {
        tv_sec: i64::try_from(nanoseconds.div_euclid(SECOND)).unwrap_or(0),
        tv_nsec: i64::try_from(nanoseconds.rem_euclid(SECOND)).unwrap_or(0),
    };
    let times = Timestamps {
        last_access: changed,
        last_modification: changed,
    };
    Ok(utimensat(CWD, to, &times, AtFlags::SYMLINK_NOFOLLOW)?)
}

fn check_room(to: &Path, needed: u64) -> Result<(), SnapshotError> {
    let parent = to.parent().filter(|dir| !dir.as_os_str().is_empty());
    let parent: PathBuf = parent.unwrap_or(Path::new(".")).into();
    let found = rustix::fs::statvfs(&parent)
        .map_err(|error| io_error(format!("read {}", parent.display()))(error.into()))?;
    let free = found.f_bavail.saturating_mul(found.f_frsize);
    if free < needed {
        return Err(SnapshotError::NoRoom {
            place: parent.display().to_string(),
            needed,
            free,
        });
    }
    Ok(())
}

fn flush(to: &Path) -> io::Result<()> {
    let found = to.symlink_metadata()?;
    if found.is_dir() {
        publish::sync_tree(to)?;
    } else if found.is_file() {
        File::open(to)?.sync_all()?;
    }
    to.parent().map_or(Ok(()), publish::sync_dir)
}

fn remove(to: &Path) -> io::Result<()> {
    match to.symlink_metadata() {
        Ok(found) if found.is_dir() => publish::remove_dir(to),
        Ok(_) => fs::remove_file(to),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}
