//! The first and the last word of an archive: what is in it, and that this was all.

use std::io::Read;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{
    ArchiveError,
    header::{Entry, Kind},
    stream::TarReader,
    sums::Running,
};
use crate::about::{About, FORMAT as ABOUT_FORMAT};

/// The first entry: what is in the archive.
pub(super) const HEAD: &str = "archive.json";
/// The last entry but one: the SHA-256 of every file, as `sha256sum -c` reads it.
pub(super) const SUMS: &str = "SHA256SUMS";
/// The last entry: that this was all.
pub(super) const END: &str = "end.json";
/// The version of the format. Readers refuse higher ones.
pub const ARCHIVE_FORMAT: u32 = 1;
/// A head is longer than this only to do harm.
const MOST_HEAD: u64 = 1 << 20;

/// What is in an archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Contents {
    /// [`ARCHIVE_FORMAT`] when it was written.
    pub format: u32,
    /// The appspace.
    pub about: About,
    /// Whether the app's package is in it too.
    pub package: bool,
    /// Files, directories and links.
    pub entries: u64,
    /// Files.
    pub files: u64,
    /// The bytes of all files.
    pub bytes: u64,
}

impl Contents {
    pub(super) fn encode(&self) -> Result<Vec<u8>, ArchiveError> {
        let mut text = serde_json::to_vec_pretty(self).map_err(ArchiveError::Description)?;
        text.push(b'\n');
        Ok(text)
    }

    pub(super) fn decode(text: &[u8]) -> Result<Self, ArchiveError> {
        /// All that every version of the format has.
        #[derive(Deserialize)]
        struct Versions {
            format: u64,
            about: AboutVersion,
        }
        #[derive(Deserialize)]
        struct AboutVersion {
            format: u64,
        }
        let versions: Versions = serde_json::from_slice(text).map_err(ArchiveError::Description)?;
        for (format, known) in [
            (versions.format, ARCHIVE_FORMAT),
            (versions.about.format, ABOUT_FORMAT),
        ] {
            if format > u64::from(known) {
                return Err(ArchiveError::Newer { format });
            }
        }
        serde_json::from_slice(text).map_err(ArchiveError::Description)
    }
}

/// The last entry. A reader makes its own and compares.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct End {
    pub(super) entries: u64,
    pub(super) files: u64,
    pub(super) bytes: u64,
    /// The SHA-256 of everything before this entry that is not the content of a file or its padding.
    pub(super) headers: String,
    /// The SHA-256 of the list of checksums.
    pub(super) sums: String,
}

impl End {
    pub(super) fn encode(&self) -> Result<Vec<u8>, ArchiveError> {
        let mut text = serde_json::to_vec_pretty(self).map_err(ArchiveError::Description)?;
        text.push(b'\n');
        Ok(text)
    }
}

/// Reads what is in an archive from its beginning. Whether the rest is whole only [`import`](fn@super::import) can tell.
///
/// # Errors
/// If it is no archive, or one of a newer program, or its beginning is damaged.
pub fn probe(from: impl Read) -> Result<Contents, ArchiveError> {
    let (contents, _) = read_head(&mut TarReader::new(from)?)?;
    Ok(contents)
}

/// Reads the first entry.
pub(super) fn read_head<R: Read>(
    tar: &mut TarReader<R>,
) -> Result<(Contents, Running), ArchiveError> {
    let first = tar.next()?;
    let size = match first {
        Some(Entry { name, kind, .. }) if name == HEAD.as_bytes() => match kind {
            Kind::File { size, .. } if size <= MOST_HEAD => Some(size),
            _ => None,
        },
        _ => None,
    };
    let size = size.ok_or(ArchiveError::NotAnArchive {
        found: "a .tar.zst file of something else",
    })?;
    let mut text = vec![0; usize::try_from(size).unwrap_or(0)];
    tar.content(&mut text)?;
    tar.pad(size)?;
    let mut sums = Running::default();
    sums.add(Sha256::new().chain_update(&text), HEAD.as_bytes());
    Ok((Contents::decode(&text)?, sums))
}
