//! Programs that are measured: started, and ended whatever happens.

use std::{
    ffi::OsStr,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    process::{Child, Command},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

/// How long a program may take to end when it is asked to.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running program. It is in our process group, so that Ctrl-C reaches it too.
pub(crate) struct Running {
    child: Child,
    name: String,
}

/// A program to start.
#[expect(
    clippy::disallowed_methods,
    reason = "what is measured here are whole programs; none of this is part of a host"
)]
pub(crate) fn program(path: impl AsRef<OsStr>) -> Command {
    Command::new(path)
}

impl Running {
    /// Starts a program.
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        Ok(Self { child, name })
    }

    /// Makes sure that it has not ended by itself.
    pub(crate) fn check(&mut self) -> Result<()> {
        if let Some(status) = self.child.try_wait()? {
            bail!("{} ended by itself ({status})", self.name);
        }
        Ok(())
    }

    fn ended_within(&mut self, time: Duration) -> bool {
        let until = Instant::now() + time;
        while Instant::now() < until {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return true;
            }
            thread::sleep(Duration::from_millis(2));
        }
        false
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        // Asked first: it has processes of its own to end.
        let asked = pid.is_some_and(|pid| kill_process(pid, Signal::TERM).is_ok());
        if !(asked && self.ended_within(PATIENCE)) {
            // It may just have ended.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// An address on this computer that nobody listens on.
pub(crate) fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port is free")?;
    Ok(listener.local_addr()?)
}
