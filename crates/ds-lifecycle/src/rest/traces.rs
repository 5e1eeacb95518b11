//! What `SQLite` leaves beside a database that was not closed.
//!
//! A write-ahead log with content holds changes that are not in the database yet; a rollback journal with content
//! holds what must be put back. Both are named after their database and begin with marks of their own, so that a
//! file which only happens to be called so is not taken for one. A journal that is kept between transactions has
//! its mark overwritten.

use std::{
    io::{self, Read as _},
    path::Path,
};

use ds_core::publish::{self, MOST_LEVELS, TooDeep};

/// How write-ahead logs begin, in either byte order of their checksums.
const LOG: [[u8; 4]; 2] = [[0x37, 0x7f, 0x06, 0x82], [0x37, 0x7f, 0x06, 0x83]];
/// How rollback journals begin.
const JOURNAL: [u8; 8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];

/// Whether a database below this directory was left open.
pub(super) fn any_open(dir: &Path) -> io::Result<bool> {
    below(dir, MOST_LEVELS)
}

fn below(dir: &Path, levels: usize) -> io::Result<bool> {
    for entry in publish::read_dir(dir)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            let left = levels
                .checked_sub(1)
                .ok_or_else(|| io::Error::other(TooDeep(entry.path())))?;
            if below(&entry.path(), left)? {
                return Ok(true);
            }
        } else if kind.is_file() && is_trace(&entry.path())? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn is_trace(path: &Path) -> io::Result<bool> {
    let name = path.file_name().unwrap_or_default().as_encoded_bytes();
    if name.ends_with(b"-wal") {
        let start = start::<4>(path)?;
        return Ok(start.is_some_and(|start| LOG.contains(&start)));
    }
    if name.ends_with(b"-journal") {
        return Ok(start(path)? == Some(JOURNAL));
    }
    Ok(false)
}

/// How a file begins, if it is that long.
fn start<const N: usize>(path: &Path) -> io::Result<Option<[u8; N]>> {
    let mut bytes = [0; N];
    match publish::open_file(path)?.read_exact(&mut bytes) {
        Ok(()) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_tells_of_an_open_database() {
        let check = |name: &str, content: &[u8], expect: bool| {
            let root = tempfile::tempdir().unwrap();
            let path = root.path().join("files/a").join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, content).unwrap();
            assert_eq!(any_open(root.path()).unwrap(), expect, "{name} {content:?}");
        };
        let log = [&LOG[0][..], b"more"].concat();
        let journal = [&JOURNAL[..], b"more"].concat();
        check("app.db", b"SQLite format 3\0", false);
        check("app.db-wal", &log, true);
        check("app.db-wal", &LOG[1], true);
        check("app.db-wal", b"", false);
        check("app.db-wal", b"7\x7f\x06", false);
        check("the-wal", b"Another brick", false);
        check("app.db-journal", &journal, true);
        check("app.db-journal", &[0; 512], false);
        check("app.db-journal", b"", false);
        check("my-journal", b"Dear diary", false);
        check("app.db-shm", &log, false);
    }

    #[test]
    fn links_are_not_followed() {
        let root = tempfile::tempdir().unwrap();
        let (outside, data) = (root.path().join("outside"), root.path().join("data"));
        fs::create_dir_all(&outside).unwrap();
        fs::create_dir_all(&data).unwrap();
        fs::write(outside.join("x-wal"), LOG[0]).unwrap();
        std::os::unix::fs::symlink(&outside, data.join("dir")).unwrap();
        std::os::unix::fs::symlink(outside.join("x-wal"), data.join("y-wal")).unwrap();
        assert!(!any_open(&data).unwrap());
    }
}
