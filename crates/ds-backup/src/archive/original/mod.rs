//! Backups of the original Dropserver: a zip of `appspace-meta.db`, `files/`, `avatars/`, `dbs/` and `logs/`.
//!
//! They say nothing of the app but the schema of its data. That and the members are in a database whose tables
//! are not ours; it is put aside for whoever reads it.

mod place;
mod zip;

use std::{
    fs::File,
    io::{BufReader, Read, Seek, Write as _},
    path::Path,
};

use flate2::{Crc, bufread::DeflateDecoder};

use self::{
    place::{Place, place},
    zip::{Directory, Member, nonsense},
};
use super::{
    ArchiveError, ImportBounds, bounds::Space, export::CHUNK, staged::Staged, unpack::Tree,
};
use crate::{DATA, Progress};

/// The original's database of members and schema, in its backups.
const META: &str = "appspace-meta.db";
/// The name under which [`unpack_original`] leaves it, beside `data/`.
pub const ORIGINAL_META: &str = "original-meta.db";

/// What was unpacked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OriginalUnpacked {
    /// Files below `data/`.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Files that were not taken: logs, and databases of a kind that the original never came to use.
    pub left_out: u64,
}

/// Unpacks a backup of the original into the new directory `into`: `data/files/`, `data/avatars/`, and
/// [`ORIGINAL_META`]. Blocks; meant for a blocking thread. When it returns, everything was checked against the
/// zip's own checksums, and is on disk.
///
/// # Errors
/// If it is no such backup, or damaged, or has what no such backup has, or holds more than it may, or there is no
/// room for it. `into` is then not there.
pub fn unpack_original(
    zip: impl Read + Seek,
    into: &Path,
    bounds: &ImportBounds,
    progress: &dyn Progress,
) -> Result<OriginalUnpacked, ArchiveError> {
    let mut directory = Directory::open(zip)?;
    bounds.check(directory.entries, 0)?;
    let total = survey(&mut directory)?;
    bounds.check(directory.entries, total.bytes)?;
    let staged = Staged::create(into)?;
    let tree = Tree::new(into)?;
    let space = Space::check(tree.root(), bounds, directory.entries, total.bytes)?;
    progress.expect(total.bytes, total.files);
    let mut unpack = Unpack {
        tree,
        space,
        done: OriginalUnpacked::default(),
        buffer: vec![0; CHUNK],
        progress,
    };
    for name in ["data/files/", "data/avatars/"] {
        unpack.tree.make_way(name.as_bytes())?;
    }
    directory.each(|file, member| unpack.add(file, &member))?;
    let done = unpack.done;
    unpack.tree.finish()?;
    staged.keep(&[DATA])?;
    Ok(done)
}

/// How much there is, from the directory alone.
struct Total {
    files: u64,
    bytes: u64,
}

fn survey<R: Read + Seek>(directory: &mut Directory<R>) -> Result<Total, ArchiveError> {
    let length = directory
        .file
        .seek(std::io::SeekFrom::End(0))
        .map_err(ArchiveError::Read)?;
    let mut total = Total { files: 0, bytes: 0 };
    let (mut packed, mut has_meta) = (0_u64, false);
    directory.each(|_, member| {
        packed = packed.saturating_add(member.packed);
        let place = place(&member);
        match place.map_err(|problem| ArchiveError::foreign(&member.name, problem))? {
            Place::File(_) => {}
            Place::Meta => has_meta = true,
            Place::Directory(_) | Place::LeftOut | Place::Top => return Ok(()),
        }
        total.files += 1;
        total.bytes = total.bytes.saturating_add(member.size);
        Ok(())
    })?;
    if packed > length {
        return Err(nonsense("files inside of each other"));
    }
    if !has_meta {
        return Err(ArchiveError::NotAnArchive {
            found: "a zip file without appspace-meta.db",
        });
    }
    Ok(total)
}

struct Unpack<'a> {
    tree: Tree,
    space: Space,
    done: OriginalUnpacked,
    buffer: Vec<u8>,
    progress: &'a dyn Progress,
}

impl Unpack<'_> {
    fn add<R: Read + Seek>(&mut self, zip: &mut R, member: &Member) -> Result<(), ArchiveError> {
        if self.progress.is_cancelled() {
            return Err(ArchiveError::Cancelled);
        }
        self.space.take_entry(self.tree.root())?;
        let place = place(member);
        match place.map_err(|problem| ArchiveError::foreign(&member.name, problem))? {
            Place::Top => {}
            Place::LeftOut => {
                self.done.left_out += u64::from(!member.name.ends_with(b"/"));
            }
            Place::Directory(path) => self.tree.make_way(&[&path, &b"/"[..]].concat())?,
            Place::File(path) => {
                self.tree.make_way(&path)?;
                self.file(zip, member, &path)?;
                self.done.files += 1;
                self.done.bytes += member.size;
            }
            Place::Meta => {
                let file = self.file(zip, member, ORIGINAL_META.as_bytes())?;
                file.sync_all()
                    .map_err(|source| ArchiveError::write_file(META.as_bytes(), source))?;
            }
        }
        Ok(())
    }

    fn file<R: Read + Seek>(
        &mut self,
        zip: &mut R,
        member: &Member,
        path: &[u8],
    ) -> Result<File, ArchiveError> {
        let mut file = self.tree.file(path, false)?;
        member.seek(zip)?;
        let packed = BufReader::new(zip.take(member.packed));
        if member.method == 0 {
            self.copy(packed, member, &mut file)?;
        } else {
            self.copy(DeflateDecoder::new(packed), member, &mut file)?;
        }
        self.progress.advance(0, 1);
        Ok(file)
    }

    /// Copies exactly as much as the directory says, and checks it.
    fn copy(
        &mut self,
        mut from: impl Read,
        member: &Member,
        to: &mut File,
    ) -> Result<(), ArchiveError> {
        let (mut crc, mut left) = (Crc::new(), member.size);
        loop {
            if self.progress.is_cancelled() {
                return Err(ArchiveError::Cancelled);
            }
            let got = from.read(&mut self.buffer).map_err(ArchiveError::Damaged)?;
            if got as u64 > left || (got == 0 && left > 0) {
                return Err(nonsense("files of other sizes than it says"));
            }
            if got == 0 {
                break;
            }
            let chunk = &self.buffer[..got];
            crc.update(chunk);
            self.space.take(self.tree.root(), got as u64)?;
            to.write_all(chunk)
                .map_err(|source| ArchiveError::write_file(&member.name, source))?;
            self.progress.advance(got as u64, 0);
            left -= got as u64;
        }
        if crc.sum() == member.crc {
            Ok(())
        } else {
            Err(ArchiveError::Mismatch {
                problem: "its files are not what they were when it was made",
            })
        }
    }
}
