//! The key of a host's snapshots: restic's password.

use std::{
    fmt,
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use ds_core::{publish, secret};
use rustix::fs::{CWD, OFlags, RenameFlags, renameat_with};

/// Groups of characters in a key that was made here, and their length: 248 bits that people can copy.
const GROUPS: (usize, usize) = (8, 6);
/// The most a key file may have, in bytes.
const MOST: u64 = 1024;

/// What opens a repository of snapshots. There is no way to read them without it.
///
/// It exists only if it is kept: it comes out of a file, or was just written to one and flushed. So there is
/// never a repository whose key was lost before anybody saw it.
#[derive(Clone, PartialEq, Eq)]
pub struct RepositoryKey(String);

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("cannot {doing} the key of the snapshots in {}", .path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// Which file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The file holds no key.
    #[error(
        "{} holds no key: {why}. Put the key of the snapshots there, in one line; if there are no snapshots yet, \
         remove the file and a new key is made", .path.display()
    )]
    NoKey {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        why: &'static str,
    },
}

impl RepositoryKey {
    /// Reads the key that is kept in a file, or makes one and keeps it there. The file is for its owner alone, and
    /// restic reads it as it is (`--password-file`).
    ///
    /// # Errors
    /// If the file cannot be read or made, or holds no key; an existing file is never changed.
    pub fn load_or_make(path: &Path) -> Result<Self, KeyError> {
        match Self::load(path) {
            Err(KeyError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {}
            loaded => return loaded,
        }
        let key = Self::random();
        match key.keep(path) {
            // Somebody else was first: theirs it is.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Self::load(path),
            kept => kept
                .map(|()| key)
                .map_err(|source| failed("keep", path, source)),
        }
    }

    /// Reads the key that is kept in a file.
    ///
    /// # Errors
    /// If the file cannot be read, or holds no key.
    pub fn load(path: &Path) -> Result<Self, KeyError> {
        let failed = |source| failed("read", path, source);
        let file = OpenOptions::new()
            .read(true)
            .custom_flags((OFlags::NONBLOCK | OFlags::CLOEXEC).bits().cast_signed())
            .open(path)
            .map_err(failed)?;
        let mut text = String::new();
        let read = file.take(MOST + 1).read_to_string(&mut text);
        match read {
            Ok(length) if length as u64 > MOST => Err("it is too long"),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => Err("it is not text"),
            Err(error) => return Err(failed(error)),
            Ok(_) => check(text.trim()),
        }
        .map_err(|why| KeyError::NoKey {
            path: path.to_owned(),
            why,
        })
    }

    fn random() -> Self {
        let (groups, length) = GROUPS;
        let groups: Vec<_> = (0..groups).map(|_| secret::random_text(length)).collect();
        Self(groups.join("-"))
    }

    /// Writes beside, flushes, and moves to its name if that is free.
    fn keep(&self, path: &Path) -> io::Result<()> {
        let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty());
        let dir = dir.unwrap_or(Path::new("."));
        publish::create_private_dir(dir)?;
        let beside = dir.join(format!(".key-{}", secret::random_text(12)));
        let outcome = write_private(&beside, &format!("{}\n", self.0)).and_then(|()| {
            renameat_with(CWD, &beside, CWD, path, RenameFlags::NOREPLACE)?;
            publish::sync_dir(dir)
        });
        if outcome.is_err() {
            // A leftover does no harm, and the first error says more.
            let _ = fs::remove_file(&beside);
        }
        outcome
    }

    /// The key as text, to be shown to the host's administrator and given to restic.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for RepositoryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RepositoryKey(…)")
    }
}

fn check(text: &str) -> Result<RepositoryKey, &'static str> {
    if text.is_empty() {
        return Err("it is empty");
    }
    if text.contains(['\n', '\r', '\0']) {
        return Err("it has more than one line");
    }
    Ok(RepositoryKey(text.to_owned()))
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut file: File = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn failed(doing: &'static str, path: &Path, source: io::Error) -> KeyError {
    KeyError::Io {
        doing,
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_key_is_made_once_and_is_its_owners_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("new/key");
        let made = RepositoryKey::load_or_make(&path).unwrap();
        assert_eq!(RepositoryKey::load_or_make(&path).unwrap(), made);
        let permissions = path.metadata().unwrap().permissions();
        assert_eq!(permissions.mode() & 0o777, 0o600);
        assert_eq!(made.reveal().len(), 55);
        assert_eq!(fs::read_to_string(&path).unwrap().trim(), made.reveal());
        assert_eq!(format!("{made:?}"), "RepositoryKey(…)");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
        assert_ne!(RepositoryKey::random(), RepositoryKey::random());
    }

    #[test]
    fn what_is_no_key_is_refused_and_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        let check = |content: &[u8], expect: &str| {
            fs::write(&path, content).unwrap();
            let refused = RepositoryKey::load_or_make(&path).unwrap_err().to_string();
            assert!(refused.contains(expect), "{refused}");
            assert_eq!(fs::read(&path).unwrap(), content);
        };
        check(b"", "empty");
        check(b" \n", "empty");
        check(b"one\ntwo\n", "more than one line");
        check(&[0xff, 0xfe], "not text");
        check(&[b'a'; 2000], "too long");
    }
}
