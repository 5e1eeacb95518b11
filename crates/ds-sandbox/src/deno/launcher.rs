//! Making the process: in a jail, or as an ordinary child.

use std::process::Stdio;

use tokio::process::Command;

use super::jails::Jails;

/// How processes are made.
pub(super) enum Launcher {
    /// As an ordinary child process: Deno's permissions alone confine the app.
    Plain,
    /// Behind the operating system's walls.
    Jail(Box<Jails>),
    /// Not at all.
    Never(String),
}

/// The command of an ordinary child, in a process group of its own and killed with its handle.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the crate that starts processes"
)]
pub(super) fn plain(
    program: &std::path::Path,
    args: &[String],
    env: &[(String, String)],
    cwd: &str,
) -> Command {
    let mut command = Command::new(program);
    command
        .args(args)
        .env_clear()
        .envs(env.iter().map(|(name, value)| (name, value)))
        .current_dir(cwd)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true);
    command
}
