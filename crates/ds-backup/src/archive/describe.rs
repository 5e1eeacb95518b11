//! What an archive says of the things in a tree.

use std::path::Path;

use rustix::fs::{FileType, Mode, readlinkat};

use super::{
    ArchiveError, Exported,
    error::printable,
    header::{Entry, Kind, Modified},
    names,
    walk::{Found, walk},
};
use crate::Progress;

/// Looks at everything without reading it, so that the archive can begin with how much is in it.
pub(super) fn count<'a>(
    roots: impl Iterator<Item = (&'a str, &'a Path)>,
    progress: &dyn Progress,
) -> Result<Exported, ArchiveError> {
    let mut total = Exported::default();
    for (name, dir) in roots {
        walk(dir, name, &mut |found| {
            if progress.is_cancelled() {
                return Err(ArchiveError::Cancelled);
            }
            match entry(found)? {
                Some(entry) => total.count(&entry),
                None => total.skipped += 1,
            }
            Ok(())
        })?;
    }
    Ok(total)
}

/// What the archive says of something in the tree; `None` if it does not go in.
pub(super) fn entry(found: &Found<'_>) -> Result<Option<Entry>, ArchiveError> {
    let kind = match found.file_type() {
        FileType::RegularFile => Kind::File {
            size: u64::try_from(found.stat.st_size).unwrap_or(0),
            executable: Mode::from_raw_mode(found.stat.st_mode).contains(Mode::XUSR),
        },
        FileType::Directory => Kind::Directory,
        FileType::Symlink => {
            let target = readlinkat(found.parent, found.base, Vec::new())
                .map_err(|source| ArchiveError::read_file(found.name, source))?;
            Kind::Link {
                target: target.into_bytes(),
            }
        }
        _ => return Ok(None),
    };
    let entry = Entry {
        name: found.name.to_vec(),
        kind,
        modified: Modified {
            seconds: found.stat.st_mtime,
            nanos: u32::try_from(found.stat.st_mtime_nsec).unwrap_or(0),
        },
    };
    match names::problem(&entry) {
        None => Ok(Some(entry)),
        Some(problem) => Err(ArchiveError::Unfit {
            name: printable(found.name),
            problem,
        }),
    }
}

impl Exported {
    pub(super) fn count(&mut self, entry: &Entry) {
        self.entries += 1;
        if let Kind::File { size, .. } = entry.kind {
            self.files += 1;
            self.bytes = self.bytes.saturating_add(size);
        }
    }
}
