//! Where the files of a repository are: a few operations on named files, and nothing of what is in them.

mod local;
mod reactor;
mod s3;
mod sftp;

use std::{io, sync::Arc};

use bytes::Bytes;

use super::{SnapshotError, error::io_error, place::Place};

/// A place that keeps files by names like `data/ab/abcd…`. Names are always ones that this crate made or listed.
pub(crate) trait Storage: Send + Sync {
    /// Makes the place itself if it is not there; everything above it must be.
    fn create(&self) -> io::Result<()>;
    /// What is at the top, whether file or directory. A place that is not there is [`io::ErrorKind::NotFound`].
    fn top(&self) -> io::Result<Vec<String>>;
    /// All files below a directory, and their sizes. A directory that is not there has none.
    fn list(&self, dir: &str) -> io::Result<Vec<Entry>>;
    /// A file of at most so many bytes.
    fn read(&self, name: &str, most: u64) -> io::Result<Bytes>;
    /// A part of a file; a file that is shorter is [`io::ErrorKind::UnexpectedEof`].
    fn read_part(&self, name: &str, offset: u64, length: u64) -> io::Result<Bytes>;
    /// Writes a file that is there whole and lasting, or not at all.
    fn write(&self, name: &str, parts: &[Bytes]) -> io::Result<()>;
    /// Removes a file; one that is not there is fine.
    fn remove(&self, name: &str) -> io::Result<()>;
    /// How many bytes are free, if that can be known.
    fn free(&self) -> io::Result<Option<u64>>;
    /// Removes what interrupted writes left, if there can be any.
    fn tidy(&self) -> io::Result<()>;
}

/// One file of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) size: u64,
}

/// Connects to a place.
pub(crate) fn connect(place: &Place) -> Result<Arc<dyn Storage>, SnapshotError> {
    let failed = || io_error(format!("reach {place}"));
    Ok(match place {
        Place::Local(root) => Arc::new(local::Local::new(root.clone())),
        Place::Sftp(at) => Arc::new(sftp::Sftp::connect(at.clone()).map_err(failed())?),
        Place::S3(at) => Arc::new(s3::S3::new(at).map_err(failed())?),
    })
}

/// Where half-written files are until they are whole. Restic looks at no directory of this name.
const UNFINISHED: &str = "tmp";

fn too_big(name: &str) -> io::Error {
    let said = format!("{name} is larger than such a file can be");
    io::Error::new(io::ErrorKind::InvalidData, said)
}
