//! Writing a package's files below one directory, counting what they cost.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, Permissions},
    io::{self, Read, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use super::{Bounds, PackageError, error::printable, name::clean};

/// A new directory and everything in it is made by this value, so nothing in it is a link.
pub(super) struct Tree<'a> {
    root: PathBuf,
    bounds: &'a Bounds,
    bytes: u64,
    entries: u64,
    files: u64,
}

impl<'a> Tree<'a> {
    /// Starts with a directory that must not exist yet.
    pub(super) fn create(root: &Path, bounds: &'a Bounds) -> Result<Self, PackageError> {
        DirBuilder::new()
            .mode(0o755)
            .create(root)
            .map_err(|source| PackageError::Write {
                name: root.display().to_string(),
                source,
            })?;
        set_mode("the package", root, 0o755)?;
        Ok(Self {
            root: root.to_owned(),
            bounds,
            bytes: 0,
            entries: 0,
            files: 0,
        })
    }

    /// How many bytes were written, and how many files and directories.
    pub(super) fn size(&self) -> (u64, u64) {
        (self.bytes, self.entries)
    }

    /// How many files were written.
    pub(super) fn files(&self) -> u64 {
        self.files
    }

    /// Makes a directory and those above it; one that is there already is fine.
    pub(super) fn directory(&mut self, raw_name: &[u8]) -> Result<(), PackageError> {
        let name = clean(raw_name, self.bounds)?;
        self.make_directories(&name)
    }

    /// Writes a file of a declared size.
    pub(super) fn file(
        &mut self,
        raw_name: &[u8],
        size: u64,
        content: &mut dyn Read,
    ) -> Result<(), FileError> {
        let name = clean(raw_name, self.bounds)?;
        let Some(base) = name.rsplit('/').next().filter(|base| !base.is_empty()) else {
            return Err(FileError::Package(PackageError::Name {
                name: printable(raw_name),
                problem: "is that of a directory",
            }));
        };
        self.make_directories(name[..name.len() - base.len()].trim_end_matches('/'))?;
        self.count_entry()?;
        self.count_bytes(&name, size)?;
        let file = self.open_new(&name)?;
        self.files += 1;
        copy(&name, file, size, content)
    }

    fn open_new(&self, name: &str) -> Result<File, PackageError> {
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o644)
            .open(self.root.join(name))
            .map_err(|source| failed(name, source))
    }

    fn make_directories(&mut self, name: &str) -> Result<(), PackageError> {
        let mut path = self.root.clone();
        for part in name.split('/').filter(|part| !part.is_empty()) {
            path.push(part);
            match DirBuilder::new().mode(0o755).create(&path) {
                Ok(()) => {
                    self.count_entry()?;
                    set_mode(name, &path, 0o755)?;
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => {}
                Err(error) => return Err(failed(name, error)),
            }
        }
        Ok(())
    }

    fn count_entry(&mut self) -> Result<(), PackageError> {
        self.entries += 1;
        if self.entries > self.bounds.entries {
            return Err(PackageError::TooManyEntries {
                most: self.bounds.entries,
            });
        }
        Ok(())
    }

    fn count_bytes(&mut self, name: &str, size: u64) -> Result<(), PackageError> {
        if size > self.bounds.file_bytes {
            return Err(PackageError::FileTooLarge {
                name: printable(name.as_bytes()),
                most: self.bounds.file_bytes,
            });
        }
        self.bytes = self.bytes.saturating_add(size);
        if self.bytes > self.bounds.bytes {
            return Err(PackageError::TooLarge {
                most: self.bounds.bytes,
            });
        }
        Ok(())
    }
}

/// A file could not be written, or its content not read: the reader knows better what the latter means.
pub(super) enum FileError {
    Package(PackageError),
    Content(io::Error),
}

impl From<PackageError> for FileError {
    fn from(error: PackageError) -> Self {
        Self::Package(error)
    }
}

/// Copies exactly `size` bytes.
fn copy(name: &str, mut file: File, size: u64, content: &mut dyn Read) -> Result<(), FileError> {
    let mut buffer = vec![0; 64 << 10];
    let mut left = size;
    while left > 0 {
        let room = usize::try_from(left)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let got = match content.read(&mut buffer[..room]) {
            Ok(0) => return Err(FileError::Content(io::ErrorKind::UnexpectedEof.into())),
            Ok(got) => got,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(FileError::Content(error)),
        };
        file.write_all(&buffer[..got])
            .map_err(|source| failed(name, source))?;
        left -= got as u64;
    }
    // The mask of the process must not decide what the sandbox can read.
    file.set_permissions(Permissions::from_mode(0o644))
        .map_err(|source| FileError::Package(failed(name, source)))
}

fn set_mode(name: &str, path: &Path, mode: u32) -> Result<(), PackageError> {
    fs::set_permissions(path, Permissions::from_mode(mode)).map_err(|source| failed(name, source))
}

fn failed(name: &str, source: io::Error) -> PackageError {
    let name = printable(name.as_bytes());
    match source.kind() {
        io::ErrorKind::AlreadyExists
        | io::ErrorKind::NotADirectory
        | io::ErrorKind::IsADirectory => PackageError::Duplicate { name },
        _ => PackageError::Write { name, source },
    }
}
