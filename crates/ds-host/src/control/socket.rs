//! The socket's path. Unix sockets have room for 107 bytes of path, and data directories can be deeper.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

use tokio::net::{UnixListener, UnixStream};

/// The longest path that a socket address has room for, its end mark not counted.
const PATH_MAX: usize = 107;

/// A path that fits, and what keeps it valid.
struct Reachable {
    path: PathBuf,
    _directory: Option<File>,
}

impl Reachable {
    /// Names the socket through its open directory if its path is too long.
    fn of(path: &Path) -> io::Result<Self> {
        if path.as_os_str().len() <= PATH_MAX {
            return Ok(Self {
                path: path.to_owned(),
                _directory: None,
            });
        }
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        let directory = File::open(parent)?;
        let number = std::os::fd::AsRawFd::as_raw_fd(&directory);
        Ok(Self {
            path: Path::new(&format!("/proc/self/fd/{number}")).join(name),
            _directory: Some(directory),
        })
    }
}

/// Listens, for the present user alone. Whoever calls this holds the data directory's lock, so a socket that
/// is there already is one that a crash left.
pub(super) fn listen(path: &Path) -> io::Result<UnixListener> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(&Reachable::of(path)?.path)?;
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(path, private)?;
    Ok(listener)
}

/// Connects.
pub(super) async fn connect(path: &Path) -> io::Result<UnixStream> {
    let reachable = Reachable::of(path)?;
    UnixStream::connect(&reachable.path).await
}
