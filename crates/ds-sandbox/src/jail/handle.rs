//! The host's side of a launcher.

use std::{io, os::fd::OwnedFd, path::Path, process::Stdio, sync::Arc, time::Duration};

use rustix::{io::Errno, process::Pid};
use tokio::{
    io::Interest,
    net::UnixDatagram,
    process::{Child, Command},
    time::timeout,
};

use super::{
    channel,
    plan::{Bind, FromLauncher, Plan, Root, ToLauncher},
};

/// How long a launcher may take for what takes a few milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// A launcher that waits to be told what to launch.
pub(crate) struct Parked {
    pub(crate) child: Child,
    channel: Arc<UnixDatagram>,
}

/// A launcher whose program runs.
pub(crate) struct Jailed {
    pub(crate) child: Child,
    pub(crate) line: Line,
    /// The program's process.
    pub(crate) pid: Pid,
}

/// The way to tell a launcher something. Cheap to clone; all are of the same launcher.
#[derive(Clone)]
pub(crate) struct Line(Arc<UnixDatagram>);

impl Parked {
    /// Starts a launcher; its command line shows the name. Dropping it ends it.
    pub(crate) fn new(program: &Path, name: &str) -> io::Result<Self> {
        let (ours, theirs) = channel::pair()?;
        let ours = std::os::unix::net::UnixDatagram::from(ours);
        ours.set_nonblocking(true)?;
        Ok(Self {
            child: command(program, name, theirs).spawn()?,
            channel: Arc::new(UnixDatagram::from_std(ours)?),
        })
    }

    /// Whether it still waits.
    pub(crate) fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Its process.
    pub(crate) fn pid(&self) -> Option<u32> {
        self.child.id()
    }

    /// Makes namespaces and a root, and with them the sockets that listen inside.
    pub(crate) async fn prepare(&self, root: Root) -> io::Result<Vec<OwnedFd>> {
        let line = Line(Arc::clone(&self.channel));
        match line.ask(&ToLauncher::Prepare(Box::new(root))).await? {
            (FromLauncher::Prepared, listeners) => Ok(listeners),
            (answer, _) => Err(failed(answer)),
        }
    }

    /// Launches the plan's program.
    pub(crate) async fn launch(self, plan: Plan) -> io::Result<Jailed> {
        let line = Line(self.channel);
        match line.ask(&ToLauncher::Launch(Box::new(plan))).await? {
            (FromLauncher::Started { pid }, _) => Ok(Jailed {
                child: self.child,
                line,
                pid: Pid::from_raw(pid).ok_or_else(|| io::Error::other("no process"))?,
            }),
            (answer, _) => Err(failed(answer)),
        }
    }
}

/// Why an answer is not the one that was hoped for.
fn failed(answer: FromLauncher) -> io::Error {
    io::Error::other(match answer {
        FromLauncher::Failed { what } => what,
        other => format!("the launcher said what nobody expected: {other:?}"),
    })
}

impl Line {
    /// Shows the program more directories.
    pub(crate) async fn mount(&self, binds: Vec<Bind>) -> io::Result<()> {
        match self.ask(&ToLauncher::Mount(binds)).await? {
            (FromLauncher::Mounted, _) => Ok(()),
            (answer, _) => Err(failed(answer)),
        }
    }

    /// Asks the program to end.
    pub(crate) fn terminate(&self) {
        // A launcher that has gone has taken its program along.
        let _ = channel::send(self.fd(), &ToLauncher::Terminate, &[]);
    }

    /// Ends the program.
    pub(crate) fn kill(&self) {
        let _ = channel::send(self.fd(), &ToLauncher::Kill, &[]);
    }

    async fn ask(&self, order: &ToLauncher) -> io::Result<(FromLauncher, Vec<OwnedFd>)> {
        let answer = async {
            // An order is one short datagram and the queue is empty: it never has to wait.
            channel::send(self.fd(), order, &[])?;
            let receive = || channel::receive(self.fd());
            self.0.async_io(Interest::READABLE, receive).await
        };
        let answer = timeout(PATIENCE, answer).await;
        let answer = answer.unwrap_or_else(|_| Err(Errno::TIMEDOUT.into()))?;
        answer.ok_or_else(|| io::Error::other("the launcher ended"))
    }

    fn fd(&self) -> &UnixDatagram {
        &self.0
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the crate that starts processes"
)]
fn command(program: &Path, name: &str, channel: OwnedFd) -> Command {
    let mut command = Command::new(program);
    command
        .arg(name)
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::from(channel))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true);
    command
}
