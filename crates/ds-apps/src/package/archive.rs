//! Reading `.tar.gz` and `.tar` files.

use std::{
    fs::File,
    io::{self, BufRead as _, BufReader, Read},
    path::Path,
};

use tar::Archive;

use super::{
    Bounds, PackageError,
    gzip::{Bounded, Gzip, PastBound},
    headers::{Entry, ExtensionError, Extensions},
    tree::{FileError, Tree},
};

/// Unpacks an archive into `tree`.
pub(super) fn unpack(
    path: &Path,
    tree: &mut Tree<'_>,
    bounds: &Bounds,
) -> Result<(), PackageError> {
    let unreadable = |source| PackageError::Read {
        name: path.display().to_string(),
        source,
    };
    let file = File::open(path).map_err(unreadable)?;
    let about = file.metadata().map_err(unreadable)?;
    if !about.is_file() {
        let found = "not a file";
        return Err(PackageError::NotAPackage { found });
    }
    if about.len() > bounds.archive_bytes {
        let most = bounds.archive_bytes;
        return Err(PackageError::ArchiveTooLarge { most });
    }
    let mut file = BufReader::with_capacity(64 << 10, file);
    let start = file.fill_buf().map_err(unreadable)?;
    if start.starts_with(&[0x1f, 0x8b]) {
        let stream = Bounded::new(Gzip::new(file), bounds.stream_bytes());
        // The checksum at its end tells a whole gzip file from a cut one.
        let mut rest = entries(stream, tree, bounds)?;
        io::copy(&mut rest, &mut io::sink()).map_err(|error| broken(error, bounds))?;
        return Ok(());
    }
    if let Some(found) = other_format(start) {
        return Err(PackageError::NotAPackage { found });
    }
    let rest = entries(Bounded::new(file, bounds.stream_bytes()), tree, bounds)?;
    match rest.end() {
        // Only the mark at its end tells a whole tar file from a cut one.
        Some(0) => Err(PackageError::Empty),
        Some(_) => Err(PackageError::Truncated),
        None => Ok(()),
    }
}

/// Writes the entries of a tar stream; gives back the stream, at or past the mark that ends them.
fn entries<R: Read>(
    stream: Bounded<R>,
    tree: &mut Tree<'_>,
    bounds: &Bounds,
) -> Result<Bounded<R>, PackageError> {
    let mut archive = Archive::new(stream);
    let written = write_entries(&mut archive, tree, bounds);
    let stream = archive.into_inner();
    match written {
        // The tar reader has no word of its own for an end in the middle.
        Err(PackageError::Damaged(_)) if stream.end().is_some() => Err(PackageError::Truncated),
        Err(error) => Err(error),
        Ok(()) => Ok(stream),
    }
}

fn write_entries<R: Read>(
    archive: &mut Archive<Bounded<R>>,
    tree: &mut Tree<'_>,
    bounds: &Bounds,
) -> Result<(), PackageError> {
    let mut extensions = Extensions::default();
    let raw_entries = archive.entries().map_err(|error| broken(error, bounds))?;
    for (index, entry) in raw_entries.raw(true).enumerate() {
        let mut entry = entry.map_err(|error| match (index, error.kind()) {
            (0, io::ErrorKind::Other) => PackageError::NotAPackage {
                found: "not a tar archive",
            },
            _ => broken(error, bounds),
        })?;
        let header = entry.header().clone();
        let extended = extensions
            .take(&header, &mut entry)
            .map_err(|error| match error {
                ExtensionError::Read(error) => broken(error, bounds),
                ExtensionError::Package(error) => error,
            })?;
        if extended {
            continue;
        }
        match std::mem::take(&mut extensions).apply(&header)? {
            Entry::Directory { name } => tree.directory(&name)?,
            Entry::File { name, size } => {
                tree.file(&name, size, &mut entry)
                    .map_err(|error| match error {
                        FileError::Content(error) => broken(error, bounds),
                        FileError::Package(error) => error,
                    })?;
            }
        }
    }
    Ok(())
}

/// What a failure to read the archive means.
fn broken(error: io::Error, bounds: &Bounds) -> PackageError {
    // Both the tar reader and the decompressor wrap errors; the outermost text is enough to tell.
    if error.kind() == io::ErrorKind::UnexpectedEof {
        return PackageError::Truncated;
    }
    let mut cause: Option<&(dyn std::error::Error + 'static)> = error.get_ref().map(|e| e as _);
    while let Some(inner) = cause {
        if inner.is::<PastBound>() {
            return PackageError::TooLarge { most: bounds.bytes };
        }
        cause = match inner.downcast_ref::<io::Error>() {
            Some(nested) => nested.get_ref().map(|e| e as _),
            None => inner.source(),
        };
    }
    PackageError::Damaged(error)
}

fn other_format(start: &[u8]) -> Option<&'static str> {
    let known: [(&[u8], &'static str); 7] = [
        (b"PK\x03\x04", "a zip file"),
        (b"PK\x05\x06", "a zip file"),
        (b"\x28\xb5\x2f\xfd", "a zstd file"),
        (b"\xfd7zXZ\0", "an xz file"),
        (b"BZh", "a bzip2 file"),
        (b"7z\xbc\xaf\x27\x1c", "a 7z file"),
        (b"\x04\x22\x4d\x18", "an lz4 file"),
    ];
    let found = known.iter().find(|(magic, _)| start.starts_with(magic));
    found.map(|&(_, found)| found)
}
