//! Writing an archive: every file is read once, and nothing is kept but a line about each.

use std::{
    fs::File,
    io::{Read as _, Write},
    path::PathBuf,
};

use rustix::fs::{Mode, OFlags, openat};
use sha2::{Digest as _, Sha256};

use super::{
    ARCHIVE_FORMAT, ArchiveError, Contents,
    describe::{count, entry},
    error::printable,
    head::{END, End, HEAD, SUMS},
    header::{Entry, Kind, Modified},
    stream::TarWriter,
    sums::{List, hex},
    walk::{Found, walk},
};
use crate::{About, DATA, PACKAGE, Progress};

/// How much is read at a time.
pub(super) const CHUNK: usize = 128 << 10;

/// What goes into an archive. Nothing may change in the directories meanwhile: they are clones.
#[derive(Clone, Debug)]
pub struct ExportTree {
    /// The appspace.
    pub about: About,
    /// Its data.
    pub data: PathBuf,
    /// The app's package as uploaded, if that should be in it.
    pub package: Option<PathBuf>,
}

/// What went into an archive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// Files, directories and links.
    pub entries: u64,
    /// Files.
    pub files: u64,
    /// The bytes of all files.
    pub bytes: u64,
    /// Sockets, pipes and devices, which mean nothing without who made them: they were left out.
    pub skipped: u64,
}

/// Writes an archive. Blocks; meant for a blocking thread. Where it goes is flushed, but not to disk.
///
/// # Errors
/// If anything cannot be read or written, or cannot be in an archive, or changes meanwhile. What was written
/// until then is no archive.
pub fn export(
    tree: &ExportTree,
    to: impl Write,
    progress: &dyn Progress,
) -> Result<Exported, ArchiveError> {
    let roots = || {
        let package = tree.package.as_deref().map(|dir| (PACKAGE, dir));
        std::iter::once((DATA, &*tree.data)).chain(package)
    };
    let expected = count(roots(), progress)?;
    progress.expect(expected.bytes, expected.files);
    let contents = Contents {
        format: ARCHIVE_FORMAT,
        about: tree.about.clone(),
        package: tree.package.is_some(),
        entries: expected.entries,
        files: expected.files,
        bytes: expected.bytes,
    };
    let mut writer = Export::new(to, &tree.about, progress)?;
    writer.text(HEAD, &contents.encode()?)?;
    for (name, dir) in roots() {
        walk(dir, name, &mut |found| writer.add(found))?;
    }
    if writer.done != expected {
        return Err(ArchiveError::Changed { name: DATA.into() });
    }
    writer.finish()?;
    Ok(expected)
}

struct Export<'a, W: Write> {
    tar: TarWriter<W>,
    sums: List,
    done: Exported,
    made: Modified,
    buffer: Vec<u8>,
    progress: &'a dyn Progress,
}

impl<'a, W: Write> Export<'a, W> {
    fn new(to: W, about: &About, progress: &'a dyn Progress) -> Result<Self, ArchiveError> {
        Ok(Self {
            tar: TarWriter::new(to)?,
            sums: List::new().map_err(ArchiveError::Write)?,
            done: Exported::default(),
            made: Modified {
                seconds: about.made.0.div_euclid(1000),
                nanos: 0,
            },
            buffer: vec![0; CHUNK],
            progress,
        })
    }

    fn add(&mut self, found: &Found<'_>) -> Result<(), ArchiveError> {
        if self.progress.is_cancelled() {
            return Err(ArchiveError::Cancelled);
        }
        match entry(found)? {
            None => self.done.skipped += 1,
            Some(entry) => {
                self.done.count(&entry);
                self.tar.header(&entry)?;
                if let Kind::File { size, .. } = entry.kind {
                    self.file(found, size)?;
                    self.progress.advance(0, 1);
                }
            }
        }
        Ok(())
    }

    fn file(&mut self, found: &Found<'_>, size: u64) -> Result<(), ArchiveError> {
        let failed = |source| ArchiveError::read_file(found.name, source);
        // The name may have become a link or pipe since it was looked at.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = openat(found.parent, found.base, flags, Mode::empty())
            .map_err(|source| failed(source.into()))?;
        let mut file = File::from(file);
        let (mut hash, mut left) = (Sha256::new(), size);
        loop {
            let got = file.read(&mut self.buffer).map_err(failed)?;
            let changed = (got as u64 > left) || (got == 0 && left > 0);
            if changed {
                return Err(ArchiveError::Changed {
                    name: printable(found.name),
                });
            }
            if got == 0 {
                break;
            }
            if self.progress.is_cancelled() {
                return Err(ArchiveError::Cancelled);
            }
            hash.update(&self.buffer[..got]);
            self.tar.content(&self.buffer[..got])?;
            self.progress.advance(got as u64, 0);
            left -= got as u64;
        }
        self.tar.pad(size)?;
        let added = self.sums.add(hash, found.name);
        added.map_err(ArchiveError::Write)
    }

    /// Writes one of our own entries.
    fn text(&mut self, name: &str, text: &[u8]) -> Result<(), ArchiveError> {
        own_text(&mut self.tar, name, text, self.made)?;
        let hash = Sha256::new().chain_update(text);
        let added = self.sums.add(hash, name.as_bytes());
        added.map_err(ArchiveError::Write)
    }

    fn finish(self) -> Result<W, ArchiveError> {
        let (mut tar, sums, mut buffer) = (self.tar, self.sums.running.clone(), self.buffer);
        tar.header(&own(SUMS, sums.length, self.made))?;
        let mut lines = self.sums.read().map_err(ArchiveError::Write)?;
        loop {
            match lines.read(&mut buffer).map_err(ArchiveError::Write)? {
                0 => break,
                got => tar.content(&buffer[..got])?,
            }
        }
        tar.pad(sums.length)?;
        let end = End {
            entries: self.done.entries,
            files: self.done.files,
            bytes: self.done.bytes,
            headers: hex(tar.headers()),
            sums: hex(sums.digest),
        };
        own_text(&mut tar, END, &end.encode()?, self.made)?;
        tar.finish()
    }
}

fn own_text<W: Write>(
    tar: &mut TarWriter<W>,
    name: &str,
    text: &[u8],
    made: Modified,
) -> Result<(), ArchiveError> {
    let size = text.len() as u64;
    tar.header(&own(name, size, made))?;
    tar.content(text)?;
    tar.pad(size)
}

/// The header of an entry that is ours and not of the tree.
fn own(name: &str, size: u64, modified: Modified) -> Entry {
    let kind = Kind::File {
        size,
        executable: false,
    };
    Entry {
        name: name.into(),
        kind,
        modified,
    }
}
