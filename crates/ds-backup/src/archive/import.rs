//! Taking an archive in: everything is checked while it is unpacked, and nothing is given out before the end.

use std::{
    fs::File,
    io::{Read, Write as _},
    path::Path,
};

use sha2::{Digest as _, Sha256};

use super::{
    ArchiveError, Contents, ImportBounds,
    bounds::Space,
    export::CHUNK,
    head::{END, End, SUMS, read_head},
    header::{Entry, Kind},
    names,
    staged::Staged,
    stream::TarReader,
    sums::{Running, hex},
    unpack::{Tree, set_modified},
};
use crate::{DATA, PACKAGE, Progress};

/// Unpacks an archive into the new directory `into`: `data/`, and `package/` if it is in there. Blocks; meant for
/// a blocking thread. When it returns, everything was as it was when the archive was written, and is on disk.
///
/// # Errors
/// If the archive is not whole and as it was written, or holds more than it may, or there is no room for it.
/// `into` is then not there.
pub fn import(
    from: impl Read,
    into: &Path,
    bounds: &ImportBounds,
    progress: &dyn Progress,
) -> Result<Contents, ArchiveError> {
    let mut tar = TarReader::new(from)?;
    let (contents, sums) = read_head(&mut tar)?;
    bounds.check(contents.entries, contents.bytes)?;
    let staged = Staged::create(into)?;
    let tree = Tree::new(into)?;
    let space = Space::check(tree.root(), bounds, contents.entries, contents.bytes)?;
    progress.expect(contents.bytes, contents.files);
    let import = Import {
        tar,
        tree,
        space,
        sums,
        left: contents.clone(),
        roots: 0,
        buffer: vec![0; CHUNK],
        progress,
    };
    import.run(&contents)?;
    staged.keep(if contents.package {
        &[DATA, PACKAGE]
    } else {
        &[DATA]
    })?;
    Ok(contents)
}

struct Import<'a, R: Read> {
    tar: TarReader<R>,
    tree: Tree,
    space: Space,
    sums: Running,
    /// What should still come.
    left: Contents,
    /// How many of `data/` and `package/` came.
    roots: usize,
    buffer: Vec<u8>,
    progress: &'a dyn Progress,
}

impl<R: Read> Import<'_, R> {
    fn run(mut self, contents: &Contents) -> Result<(), ArchiveError> {
        loop {
            if self.progress.is_cancelled() {
                return Err(ArchiveError::Cancelled);
            }
            let entry = self.next()?;
            if entry.name == SUMS.as_bytes() {
                self.sums(&entry)?;
                return self.finish(contents);
            }
            self.add(&entry)?;
        }
    }

    fn next(&mut self) -> Result<Entry, ArchiveError> {
        self.tar.next()?.ok_or(ArchiveError::Mismatch {
            problem: "it ends too early",
        })
    }

    fn add(&mut self, entry: &Entry) -> Result<(), ArchiveError> {
        if let Some(problem) = names::problem(entry) {
            return Err(ArchiveError::foreign(&entry.name, problem));
        }
        if !self.left.package && entry.name.starts_with(PACKAGE.as_bytes()) {
            let problem = "is not among what it says it has";
            return Err(ArchiveError::foreign(&entry.name, problem));
        }
        take(&mut self.left.entries, 1)?;
        self.roots += usize::from(!entry.name.contains(&b'/'));
        self.space.take_entry(self.tree.root())?;
        match &entry.kind {
            Kind::Directory => self.tree.directory(&entry.name, Some(entry.modified)),
            Kind::Link { target } => self.tree.link(&entry.name, target, entry.modified),
            &Kind::File { size, executable } => {
                take(&mut self.left.files, 1)?;
                take(&mut self.left.bytes, size)?;
                let file = self.tree.file(&entry.name, executable)?;
                self.file(entry, size, file)?;
                self.progress.advance(0, 1);
                Ok(())
            }
        }
    }

    fn file(&mut self, entry: &Entry, size: u64, mut file: File) -> Result<(), ArchiveError> {
        let mut hash = Sha256::new();
        self.content(size, |(space, tree), chunk| {
            hash.update(chunk);
            space.take(tree.root(), chunk.len() as u64)?;
            let written = file.write_all(chunk);
            written.map_err(|source| ArchiveError::write_file(&entry.name, source))
        })?;
        self.sums.add(hash, &entry.name);
        set_modified(&entry.name, &file, entry.modified)
    }

    /// Reads the content of an entry in pieces.
    fn content(
        &mut self,
        size: u64,
        mut act: impl FnMut((&mut Space, &Tree), &[u8]) -> Result<(), ArchiveError>,
    ) -> Result<(), ArchiveError> {
        let mut left = size;
        while left > 0 {
            if self.progress.is_cancelled() {
                return Err(ArchiveError::Cancelled);
            }
            let count = usize::try_from(left).unwrap_or(usize::MAX).min(CHUNK);
            let chunk = &mut self.buffer[..count];
            self.tar.content(chunk)?;
            act((&mut self.space, &self.tree), chunk)?;
            self.progress.advance(count as u64, 0);
            left -= count as u64;
        }
        self.tar.pad(size)
    }

    /// Compares the list of checksums with what came.
    fn sums(&mut self, entry: &Entry) -> Result<(), ArchiveError> {
        let differs = ArchiveError::Mismatch {
            problem: "its files are not what they were when it was made",
        };
        let &Kind::File { size, .. } = &entry.kind else {
            return Err(differs);
        };
        if size != self.sums.length {
            return Err(differs);
        }
        let mut digest = Sha256::new();
        let mut left = size;
        while left > 0 {
            let count = usize::try_from(left).unwrap_or(usize::MAX).min(CHUNK);
            let chunk = &mut self.buffer[..count];
            self.tar.content(chunk)?;
            digest.update(chunk);
            left -= count as u64;
        }
        self.tar.pad(size)?;
        if digest.finalize() == self.sums.digest.clone().finalize() {
            Ok(())
        } else {
            Err(differs)
        }
    }

    /// Compares the last entry with what came, and sees that nothing follows.
    fn finish(mut self, contents: &Contents) -> Result<(), ArchiveError> {
        let left = &self.left;
        let roots = 1 + usize::from(contents.package);
        if (left.entries, left.files, left.bytes, self.roots) != (0, 0, 0, roots) {
            return Err(ArchiveError::Mismatch {
                problem: "files are missing in it",
            });
        }
        let end = End {
            entries: contents.entries,
            files: contents.files,
            bytes: contents.bytes,
            headers: hex(self.tar.headers()),
            sums: hex(self.sums.digest.clone()),
        };
        let (end, entry) = (end.encode()?, self.next()?);
        let size = end.len() as u64;
        let is_end = entry.name == END.as_bytes()
            && matches!(entry.kind, Kind::File { size: has, executable: false } if has == size);
        let mut text = vec![0; end.len()];
        if is_end {
            self.tar.content(&mut text)?;
            self.tar.pad(size)?;
        }
        if text != end || self.tar.next()?.is_some() {
            return Err(ArchiveError::Mismatch {
                problem: "its end does not fit what it has",
            });
        }
        self.tar.finish()?;
        self.tree.finish()
    }
}

fn take(left: &mut u64, count: u64) -> Result<(), ArchiveError> {
    *left = left.checked_sub(count).ok_or(ArchiveError::Mismatch {
        problem: "it has more than it says",
    })?;
    Ok(())
}
