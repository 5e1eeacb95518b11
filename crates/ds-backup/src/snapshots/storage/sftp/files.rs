//! What is done with files on another machine, within one session.

use std::io;

use bytes::Bytes;
use ds_core::secret;
use russh_sftp::{
    client::{SftpSession, error::Error},
    protocol::OpenFlags,
};
use tokio::io::AsyncWriteExt as _;

use super::super::{Entry, UNFINISHED};

/// What the protocol says where a file is missing, and where it may not be used.
const NO_SUCH_FILE: u32 = 2;
const PERMISSION_DENIED: u32 = 3;

/// Why something was not done.
pub(super) enum Failed {
    /// The other machine said no.
    Refused(io::Error),
    /// It cannot be said whether it was done.
    Connection(io::Error),
}

impl Failed {
    pub(super) fn into_io(self) -> io::Error {
        match self {
            Self::Refused(error) | Self::Connection(error) => error,
        }
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        match &error {
            Error::Status(status) => {
                let kind = match status.status_code as u32 {
                    NO_SUCH_FILE => io::ErrorKind::NotFound,
                    PERMISSION_DENIED => io::ErrorKind::PermissionDenied,
                    _ => io::ErrorKind::Other,
                };
                Self::Refused(io::Error::new(kind, error))
            }
            _ => Self::Connection(error.into()),
        }
    }
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            // A file that is shorter than it should be, or larger than it can be.
            io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData => Self::Refused(error),
            _ => Self::Connection(error),
        }
    }
}

pub(super) fn is_missing<T>(outcome: &Result<T, Error>) -> bool {
    matches!(outcome, Err(Error::Status(status)) if status.status_code as u32 == NO_SUCH_FILE)
}

/// Makes a directory; one that is there is fine.
pub(super) async fn make_dir(sftp: &SftpSession, path: &str) -> Result<(), Failed> {
    let Err(error) = sftp.create_dir(path).await else {
        return Ok(());
    };
    match sftp.metadata(path).await {
        Ok(found) if found.is_dir() => Ok(()),
        _ => Err(error.into()),
    }
}

/// Names that a repository can have: what else a server tells is none of its files.
fn is_plain(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    !name.is_empty() && name.bytes().all(plain)
}

pub(super) async fn list(sftp: &SftpSession, root: &str, dir: &str) -> Result<Vec<Entry>, Failed> {
    let (mut found, mut dirs) = (Vec::new(), vec![(dir.to_owned(), 1)]);
    while let Some((dir, levels)) = dirs.pop() {
        let entries = sftp.read_dir(format!("{root}/{dir}")).await;
        if is_missing(&entries) {
            continue;
        }
        for entry in entries?.filter(|entry| is_plain(&entry.file_name())) {
            let (name, metadata) = (format!("{dir}/{}", entry.file_name()), entry.metadata());
            if metadata.is_dir() && levels > 0 {
                dirs.push((name, levels - 1));
            } else if metadata.is_regular() {
                let size = metadata.size.unwrap_or(0);
                found.push(Entry { name, size });
            }
        }
    }
    Ok(found)
}

/// Writes beside, flushes, and moves to its name. What has that name already is the same, for names are hashes;
/// yet it is replaced, for it may be damaged.
pub(super) async fn write(
    sftp: &SftpSession,
    root: &str,
    name: &str,
    parts: &[Bytes],
) -> Result<(), Failed> {
    let unfinished = format!("{root}/{UNFINISHED}");
    let beside = format!("{unfinished}/{}", secret::random_text(16));
    let flags = OpenFlags::WRITE | OpenFlags::CREATE | OpenFlags::EXCLUDE;
    let opened = match sftp.open_with_flags(&beside, flags).await {
        missing if is_missing(&missing) => {
            make_dir(sftp, &unfinished).await?;
            sftp.open_with_flags(&beside, flags).await
        }
        opened => opened,
    };
    let mut file = opened?;
    let written = async {
        for part in parts {
            file.write_all(part).await?;
        }
        file.flush().await?;
        file.sync_all().await?;
        Ok(file.close().await?)
    };
    let to = format!("{root}/{name}");
    let outcome = match written.await {
        Ok(()) => publish(sftp, root, name, &beside, &to).await,
        Err(error) => Err(error),
    };
    if outcome.is_err() {
        // Where there is no room, half a file would keep others out; the first error says more.
        let _ = sftp.remove_file(&beside).await;
    }
    outcome
}

async fn publish(
    sftp: &SftpSession,
    root: &str,
    name: &str,
    beside: &str,
    to: &str,
) -> Result<(), Failed> {
    if sftp.rename(beside, to).await.is_ok() {
        return Ok(());
    }
    // Its directory is missing, or the name is taken.
    let mut dir = root.to_owned();
    for part in name
        .split('/')
        .rev()
        .skip(1)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
    {
        dir = format!("{dir}/{part}");
        make_dir(sftp, &dir).await?;
    }
    let removed = sftp.remove_file(to).await;
    if !is_missing(&removed) {
        removed?;
    }
    Ok(sftp.rename(beside, to).await?)
}
