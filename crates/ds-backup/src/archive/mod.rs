//! Archives: an appspace in one file, to be kept elsewhere or to go on on another host.
//!
//! ```text
//! archive.json    Contents: format, About, whether the package is in it, how much there is
//! data/…          the tree of a copy, a directory before what is in it
//! package/…       on request
//! SHA256SUMS      of every file above
//! end.json        counts again, and the SHA-256 of all headers and of SHA256SUMS
//! ```
//!
//! It is a tar file in one zstd frame, written and read as a stream; `docs/guide/src/archive-format.md` tells people
//! how to read one without us. Links of apps are in it as links: they are data, and nobody follows them.

mod bounds;
mod describe;
mod error;
mod export;
mod head;
mod header;
mod import;
mod names;
mod original;
mod staged;
mod stream;
mod sums;
mod unpack;
mod walk;

use std::io::{Read, Seek, SeekFrom};

pub use bounds::ImportBounds;
pub use error::ArchiveError;
pub use export::{ExportTree, Exported, export};
pub use head::{ARCHIVE_FORMAT, Contents, probe};
pub use import::import;
pub use original::{ORIGINAL_META, OriginalUnpacked, unpack_original};

/// What a file is that somebody wants to import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArchiveKind {
    /// An archive of ours, for [`import`](fn@import).
    Archive,
    /// A backup zip of the original Dropserver, for [`unpack_original`].
    Original,
}

/// Tells by its content what a file is, and goes back to its beginning.
///
/// # Errors
/// If it cannot be read, or is neither.
pub fn recognize(file: &mut (impl Read + Seek)) -> Result<ArchiveKind, ArchiveError> {
    let mut start = Vec::new();
    let read = file.by_ref().take(8).read_to_end(&mut start);
    read.and_then(|_| file.seek(SeekFrom::Start(0)))
        .map_err(ArchiveError::Read)?;
    if start.starts_with(&stream::ZSTD) {
        Ok(ArchiveKind::Archive)
    } else if start.starts_with(b"PK\x03\x04") {
        Ok(ArchiveKind::Original)
    } else {
        let found = other_format(&start);
        Err(ArchiveError::NotAnArchive { found })
    }
}

/// What a file is that is no archive.
fn other_format(start: &[u8]) -> &'static str {
    let known: [(&[u8], &'static str); 8] = [
        (b"PK\x03\x04", "a zip file"),
        (b"PK\x05\x06", "an empty zip file"),
        (b"\x1f\x8b", "a gzip file, as app packages are"),
        (b"\xfd7zX", "an xz file"),
        (b"BZh", "a bzip2 file"),
        (b"7z\xbc\xaf", "a 7z file"),
        (b"SQLi", "a database"),
        (b"", "a file of another kind"),
    ];
    if start.is_empty() {
        return "an empty file";
    }
    let found = known.iter().find(|(magic, _)| start.starts_with(magic));
    found.map_or("a file of another kind", |&(_, found)| found)
}
