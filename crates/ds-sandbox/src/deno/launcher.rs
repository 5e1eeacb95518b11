//! Making the process. What it may see is described first and built second, so that the same description can
//! be built with or without a jail around it.

use std::{ffi::OsString, path::PathBuf, process::Stdio};

use tokio::process::Command;

/// A process to be made.
#[derive(Debug)]
pub(super) struct Description {
    pub(super) program: PathBuf,
    pub(super) args: Vec<OsString>,
    /// All of its environment.
    pub(super) env: Vec<(&'static str, OsString)>,
    /// Its working directory.
    pub(super) cwd: PathBuf,
    /// What it may see of the disk beside its program.
    pub(super) mounts: Vec<Mount>,
    /// Where its sockets are: it connects to one and makes the other.
    pub(super) sockets: PathBuf,
}

/// A directory that the process may see.
#[derive(Debug)]
#[expect(
    dead_code,
    reason = "only shown in traces until a jail is built from it"
)]
pub(super) struct Mount {
    pub(super) path: PathBuf,
    pub(super) writable: bool,
}

/// How processes are made.
#[derive(Clone, Copy, Debug)]
pub(super) enum Launcher {
    /// As an ordinary child process: Deno's permissions alone confine the app.
    Plain,
}

impl Launcher {
    /// The command that makes the process, in a process group of its own and killed with its handle.
    pub(super) fn command(self, description: &Description) -> Command {
        match self {
            Self::Plain => plain(description),
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the crate that starts processes"
)]
fn plain(description: &Description) -> Command {
    tracing::trace!(mounts = ?description.mounts, sockets = ?description.sockets, "without a jail");
    let mut command = Command::new(&description.program);
    command
        .args(&description.args)
        .env_clear()
        .envs(description.env.iter().map(|(name, value)| (name, value)))
        .current_dir(&description.cwd)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true);
    command
}
