//! The tree of a copy, as the engine reads it. The engine leaves out what it cannot read and goes on; here that is
//! the end of the work, and no snapshot is made.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read},
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use jiff::Timestamp;
use rustic_core::{
    ErrorKind, ReadSource, ReadSourceEntry, ReadSourceOpen, RusticError, RusticResult,
    repofile::{Metadata, Node, NodeType},
};
use rustix::fs::OFlags;

use super::{
    SnapshotError,
    error::io_error,
    walk::{Found, Walk, What},
    watch::Watch,
};
use crate::{
    ABOUT, LeftOut,
    clone::{LeftFile, Witness},
};

/// Bits that say in restic's format (Go's) what kind of thing a mode belongs to.
const GO_DIR: u32 = 1 << 31;
const GO_LINK: u32 = 1 << 27;

/// The tree of a copy.
pub(crate) struct Source {
    root: PathBuf,
    left_out: Arc<LeftOut>,
    watch: Arc<Watch>,
    /// How many files were opened.
    read: Arc<AtomicU64>,
}

impl Source {
    pub(crate) fn new(root: &Path, left_out: Arc<LeftOut>, watch: Arc<Watch>) -> Self {
        Self {
            root: root.to_owned(),
            left_out,
            watch,
            read: Arc::default(),
        }
    }

    /// How many files were not as they were in the snapshot before.
    pub(crate) fn files_read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }
}

impl ReadSource for Source {
    type Open = Open;
    type Iter = Entries;

    fn size(&self) -> RusticResult<Option<u64>> {
        Ok(None)
    }

    fn entries(&self) -> Entries {
        Entries {
            walk: Walk::new(&self.root, self.left_out.clone()),
            watch: self.watch.clone(),
            read: self.read.clone(),
        }
    }
}

/// [`Walk`], as the engine wants it.
pub(crate) struct Entries {
    walk: Walk,
    watch: Arc<Watch>,
    read: Arc<AtomicU64>,
}

impl Iterator for Entries {
    type Item = RusticResult<ReadSourceEntry<Open>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.watch.check().is_err() {
            return None;
        }
        let entry = match self.walk.next()? {
            Ok(found) => self.entry(found),
            Err(error) => Err(error),
        };
        match entry {
            Ok(entry) => Some(Ok(entry)),
            Err(error) => {
                self.watch.fail(error);
                None
            }
        }
    }
}

impl Entries {
    fn entry(&self, found: Found) -> Result<ReadSourceEntry<Open>, SnapshotError> {
        let (node_type, metadata, is_there) = match &found.what {
            What::There(there) => (kind(&found.path, there)?, describe(&found, there), true),
            What::LeftOut(file) => (NodeType::File, describe_left(file), false),
        };
        if node_type != NodeType::Dir {
            self.watch.progress().advance(0, 1);
        }
        let open = (node_type == NodeType::File).then(|| Open {
            path: found.path,
            is_there,
            size: metadata.size,
            watch: self.watch.clone(),
            read: self.read.clone(),
        });
        let name = found.inside.file_name().unwrap_or_default();
        let node = Node::new_node(name, node_type, metadata);
        Ok(ReadSourceEntry {
            path: found.inside,
            node,
            open,
        })
    }
}

fn kind(path: &Path, metadata: &fs::Metadata) -> Result<NodeType, SnapshotError> {
    let kind = metadata.file_type();
    if kind.is_dir() {
        Ok(NodeType::Dir)
    } else if kind.is_file() {
        Ok(NodeType::File)
    } else if kind.is_symlink() {
        let target = fs::read_link(path);
        let target = target.map_err(io_error(format!("read the link {}", path.display())))?;
        Ok(NodeType::from_link(&target))
    } else {
        Err(SnapshotError::Unfit {
            path: path.to_owned(),
            why: "it is no file, directory or link",
        })
    }
}

/// What is kept of a file besides its content. Owners and numbers of this machine mean nothing elsewhere.
///
/// The engine takes a file for unchanged if size, `mtime` and `ctime` are those of the snapshot before. The tree is
/// a clone, whose files are new each time, so what is kept as `ctime` is the [`Witness`] that the clone carries.
/// Without one it is the clone's own, which no other file had before: the file is read.
fn describe(found: &Found, metadata: &fs::Metadata) -> Metadata {
    let kind = metadata.file_type();
    let permissions = metadata.mode() & 0o777;
    let mtime = time(metadata.mtime(), metadata.mtime_nsec());
    let is_about = found.inside == Path::new("/").join(ABOUT);
    let ctime = match Witness::of(metadata) {
        _ if !kind.is_file() => mtime,
        Some(witness) if !is_about => time(witness.seconds, witness.nanoseconds),
        _ => time(metadata.ctime(), metadata.ctime_nsec()),
    };
    Metadata {
        mode: Some(if kind.is_dir() {
            GO_DIR | permissions
        } else if kind.is_symlink() {
            GO_LINK | 0o777
        } else {
            permissions
        }),
        mtime: Some(mtime),
        atime: Some(mtime),
        ctime: Some(ctime),
        size: if kind.is_file() { metadata.len() } else { 0 },
        ..Metadata::default()
    }
}

/// The same of a file that was left out: it is as in the snapshot before.
fn describe_left(file: &LeftFile) -> Metadata {
    let nanoseconds = |all| Timestamp::from_nanosecond(all).unwrap_or(Timestamp::UNIX_EPOCH);
    let mtime = nanoseconds(file.look.mtime);
    Metadata {
        mode: Some(if file.is_program { 0o700 } else { 0o600 }),
        mtime: Some(mtime),
        atime: Some(mtime),
        ctime: Some(nanoseconds(file.look.witness)),
        size: file.look.size,
        ..Metadata::default()
    }
}

/// A time as restic can read it. An app can give a file one that is far from any calendar, and one such file would
/// make its directory unreadable for restic: it gets another.
fn time(seconds: i64, nanoseconds: i64) -> Timestamp {
    /// The second of January of the year 1: in any time zone it is no year before.
    const EARLIEST: i64 = -62_135_510_400;
    let nanoseconds = i32::try_from(nanoseconds).unwrap_or(0);
    let time = Timestamp::new(seconds, nanoseconds).ok();
    time.filter(|_| seconds >= EARLIEST)
        .unwrap_or(Timestamp::UNIX_EPOCH)
}

/// A file to be read.
pub(crate) struct Open {
    path: PathBuf,
    is_there: bool,
    size: u64,
    watch: Arc<Watch>,
    read: Arc<AtomicU64>,
}

impl ReadSourceOpen for Open {
    type Reader = Reader;

    fn open(self) -> RusticResult<Reader> {
        self.read.fetch_add(1, Ordering::Relaxed);
        if !self.is_there {
            // The snapshot before is gone, or a part of it.
            let fault = SnapshotError::LeftOut { path: self.path };
            let told = RusticError::new(ErrorKind::InputOutput, fault.to_string());
            self.watch.fail(fault);
            return Err(told);
        }
        match open(&self.path) {
            Ok(file) => Ok(Reader {
                file,
                left: self.size,
                path: self.path,
                watch: self.watch,
            }),
            Err(error) => {
                let fault = io_error(format!("read {}", self.path.display()))(error);
                let told = RusticError::new(ErrorKind::InputOutput, fault.to_string());
                self.watch.fail(fault);
                Err(told)
            }
        }
    }
}

/// Opens without a trace: when the file was read last is its [`Witness`].
fn open(path: &Path) -> io::Result<File> {
    let open = |flags: OFlags| {
        OpenOptions::new()
            .read(true)
            .custom_flags((flags | OFlags::NOFOLLOW).bits().cast_signed())
            .open(path)
    };
    match open(OFlags::NOATIME) {
        // Only a file's owner may; then it is read again the next time.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => open(OFlags::empty()),
        opened => opened,
    }
}

/// Reads a file that has the size it had: a clone does not change.
pub(crate) struct Reader {
    file: File,
    left: u64,
    path: PathBuf,
    watch: Arc<Watch>,
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.watch.check_io()?;
        let length = self.file.read(buffer).inspect_err(|error| {
            let copy = error
                .raw_os_error()
                .map_or_else(|| error.kind().into(), io::Error::from_raw_os_error);
            let doing = format!("read {}", self.path.display());
            self.watch.fail(io_error(doing)(copy));
        })?;
        let ends_early = length == 0 && self.left > 0 && !buffer.is_empty();
        match self.left.checked_sub(length as u64) {
            Some(left) if !ends_early => self.left = left,
            _ => {
                self.watch.fail(SnapshotError::Unfit {
                    path: self.path.clone(),
                    why: "it changed while it was stored",
                });
                return Err(io::Error::other("it changed"));
            }
        }
        Ok(length)
    }
}
