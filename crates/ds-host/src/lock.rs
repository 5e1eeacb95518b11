//! One data directory, one running host.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, Read as _, Seek as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

/// The lock of a data directory. The kernel gives it back when the process ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Why a data directory could not be locked.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another host has it.
    #[error("another ds-host is running with the data directory {}{}", dir.display(), by(*process))]
    Taken {
        /// The data directory.
        dir: PathBuf,
        /// The other host's process id, if it could be read.
        process: Option<u32>,
    },
    /// The lock file cannot be used.
    #[error("cannot lock the data directory {}", dir.display())]
    Failed {
        /// The data directory.
        dir: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
}

fn by(process: Option<u32>) -> String {
    process
        .map(|id| format!(" (process {id})"))
        .unwrap_or_default()
}

impl Lock {
    /// Locks a data directory, which must be there.
    ///
    /// # Errors
    /// If another host has it.
    pub fn take(dir: &Path) -> Result<Self, LockError> {
        let failed = |source| LockError::Failed {
            dir: dir.to_owned(),
            source,
        };
        let mut options = OpenOptions::new();
        options
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600);
        let mut file = options.open(dir.join("lock")).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(LockError::Taken {
                    dir: dir.to_owned(),
                    process: read_process(&mut file),
                });
            }
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        // Only for the message of a second host.
        let _ = file
            .set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| writeln!(file, "{}", std::process::id()));
        Ok(Self { _file: file })
    }
}

fn read_process(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.take(32).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let first = Lock::take(dir.path()).unwrap();
        let refused = Lock::take(dir.path()).unwrap_err().to_string();
        assert!(
            refused.contains(&std::process::id().to_string()),
            "{refused}"
        );
        drop(first);
        Lock::take(dir.path()).unwrap();
    }
}
