//! A file that gets its name when it is whole.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::{fd::AsRawFd as _, unix::fs::OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use rustix::fs::{AtFlags, CWD, Mode, OFlags, RenameFlags, linkat, open, renameat_with};

use crate::{JobId, fault};

/// A file under way to a name that nothing has. It is gone if the process ends before [`finish`](Self::finish),
/// unless the file system cannot keep files without a name: then it is beside, as `.<name>.<id>.part`.
#[derive(Debug)]
pub struct NewFile {
    file: File,
    to: PathBuf,
    /// The name that it has meanwhile, if it must have one.
    part: Option<PathBuf>,
}

impl NewFile {
    /// Begins a file, readable by the present user only.
    ///
    /// # Errors
    /// If `to` exists, or no file can be made where it is to be.
    pub fn create(to: &Path) -> io::Result<Self> {
        if to.symlink_metadata().is_ok() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let nameless = if fault::without("nameless files") {
            None
        } else {
            let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
            open(parent(to), flags, Mode::RUSR | Mode::WUSR).ok()
        };
        if let Some(file) = nameless {
            let (file, to) = (file.into(), to.to_owned());
            return Ok(Self {
                file,
                to,
                part: None,
            });
        }
        let name = to.file_name().unwrap_or_default().to_string_lossy();
        let part = parent(to).join(format!(".{name}.{}.part", JobId::new()));
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&part)?;
        Ok(Self {
            file,
            to: to.to_owned(),
            part: Some(part),
        })
    }

    /// Flushes it and gives it its name; what has that name already is not replaced.
    ///
    /// # Errors
    /// If it cannot be flushed or named; there is no file then.
    pub fn finish(mut self) -> io::Result<()> {
        self.file.sync_all()?;
        fault::point("a new file: written");
        if let Some(part) = &self.part {
            // Some file systems know only one of the two.
            fs::hard_link(part, &self.to).or_else(|error| match error.kind() {
                io::ErrorKind::AlreadyExists => Err(error),
                _ => renameat_with(CWD, part, CWD, &self.to, RenameFlags::NOREPLACE)
                    .map_err(Into::into),
            })?;
            remove_part(part)?;
            self.part = None;
        } else {
            let open = format!("/proc/self/fd/{}", self.file.as_raw_fd());
            linkat(CWD, open, CWD, &self.to, AtFlags::SYMLINK_FOLLOW)?;
        }
        fault::point("a new file: named");
        super::sync_dir(parent(&self.to))
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if let Some(part) = &self.part {
            let _ = remove_part(part);
        }
    }
}

fn remove_part(part: &Path) -> io::Result<()> {
    match fs::remove_file(part) {
        // It was renamed.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

fn parent(of: &Path) -> &Path {
    match of.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_there_before_the_end_and_nothing_is_replaced() {
        let root = tempfile::tempdir().unwrap();
        let to = root.path().join("a.tar.zst");
        let mut file = NewFile::create(&to).unwrap();
        file.write_all(b"1").unwrap();
        drop(file);
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);

        let mut first = NewFile::create(&to).unwrap();
        let second = NewFile::create(&to).unwrap();
        first.write_all(b"1").unwrap();
        assert!(!to.exists());
        first.finish().unwrap();
        let late = second.finish().unwrap_err();
        assert_eq!(late.kind(), io::ErrorKind::AlreadyExists);
        let refused = NewFile::create(&to).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(&to).unwrap(), "1");
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
    }
}
