//! Getting a package's files onto disk, whoever made it.
//!
//! A package is a `.tar.gz` (or plain `.tar`), or a folder. It is hostile: everything is bounded, only files
//! and directories come through, and a failure leaves nothing behind.

mod archive;
mod bounds;
mod error;
mod folder;
mod gzip;
mod headers;
mod name;
mod tree;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

pub use bounds::Bounds;
pub use error::PackageError;

/// The file that makes a directory a package.
pub const MANIFEST_FILE: &str = "dropapp.json";

/// Where a package comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A `.tar.gz` or `.tar` file.
    Archive(PathBuf),
    /// A directory with the app's files. Names that start with `.` are left out.
    Folder(PathBuf),
}

/// Puts the files of a package into the new directory `into`. Blocks; meant for a blocking thread.
///
/// A package inside one outer directory (`myapp/dropapp.json`) is taken out of it.
///
/// # Errors
/// If the package is not as it should be, or a file cannot be read or written; `into` is then not there.
pub fn unpack(source: &Source, into: &Path, bounds: &Bounds) -> Result<(), PackageError> {
    let part = into.with_extension("part");
    let written = write_tree(source, &part, bounds).and_then(|()| {
        let root = package_root(&part)?;
        fs::rename(root, into).map_err(|source| PackageError::Write {
            name: into.display().to_string(),
            source,
        })
    });
    let cleaned = ds_core::publish::remove_dir(&part);
    written?;
    cleaned.map_err(|source| PackageError::Write {
        name: part.display().to_string(),
        source,
    })
}

/// Puts the files of an npm package into the new directory `into`, without the one outer directory that it has,
/// whatever that is called. Blocks. Gives how many bytes, and how many files and directories, it has.
///
/// # Errors
/// As [`unpack`]; `into` is then not there.
pub(crate) fn unpack_npm(
    file: &Path,
    into: &Path,
    bounds: &Bounds,
) -> Result<(u64, u64), PackageError> {
    let part = into.with_extension("part");
    let unpacked = unpack_outer(file, &part, bounds).and_then(|size| {
        let moved = only_directory(&part).and_then(|root| fs::rename(root, into));
        moved.map_err(PackageError::Damaged).map(|()| size)
    });
    let cleaned = ds_core::publish::remove_dir(&part);
    let size = unpacked?;
    cleaned.map_err(|source| PackageError::Write {
        name: part.display().to_string(),
        source,
    })?;
    Ok(size)
}

fn unpack_outer(file: &Path, part: &Path, bounds: &Bounds) -> Result<(u64, u64), PackageError> {
    let mut tree = tree::Tree::create(part, bounds)?;
    archive::unpack(file, &mut tree, bounds)?;
    Ok(tree.size())
}

fn only_directory(part: &Path) -> io::Result<PathBuf> {
    let entries: Vec<_> = fs::read_dir(part)?.collect::<io::Result<_>>()?;
    match &entries[..] {
        [only] if only.file_type()?.is_dir() => Ok(only.path()),
        _ => Err(io::Error::other("not everything in it is in one directory")),
    }
}

fn write_tree(source: &Source, part: &Path, bounds: &Bounds) -> Result<(), PackageError> {
    let mut tree = tree::Tree::create(part, bounds)?;
    match source {
        Source::Archive(file) => archive::unpack(file, &mut tree, bounds)?,
        Source::Folder(folder) => folder::copy(folder, &mut tree)?,
    }
    if tree.files() == 0 {
        return Err(PackageError::Empty);
    }
    Ok(())
}

/// The directory that has the manifest: the tree itself, or the one directory in it. Names that start with
/// `.` beside that directory do not count: some systems add them.
fn package_root(part: &Path) -> Result<PathBuf, PackageError> {
    if part.join(MANIFEST_FILE).is_file() {
        return Ok(part.to_owned());
    }
    let unreadable = |source: io::Error| PackageError::Write {
        name: part.display().to_string(),
        source,
    };
    let mut only = None;
    for entry in fs::read_dir(part).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        if only.replace(entry.path()).is_some() {
            return Err(PackageError::NoManifest);
        }
    }
    only.filter(|dir| dir.join(MANIFEST_FILE).is_file())
        .ok_or(PackageError::NoManifest)
}
