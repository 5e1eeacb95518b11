//! Programs that are measured: started, and ended whatever happens.

use std::{
    collections::BTreeSet,
    ffi::OsStr,
    io::Write as _,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    process::{Child, Command},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};

/// How long a program may take to end when it is asked to.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often it is looked at meanwhile.
const PAUSE: Duration = Duration::from_millis(2);

/// The process ids of all that run, for when we are told to end early.
static ALL: Mutex<BTreeSet<i32>> = Mutex::new(BTreeSet::new());

/// Whether we were told to end.
static ENDING: AtomicBool = AtomicBool::new(false);

/// A running program.
pub(crate) struct Running {
    child: Child,
    id: i32,
    name: String,
}

fn all() -> MutexGuard<'static, BTreeSet<i32>> {
    ALL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Asks a process to end.
fn ask_to_end(id: i32) -> bool {
    Pid::from_raw(id).is_some_and(|pid| kill_process(pid, Signal::TERM).is_ok())
}

/// Whether we were told to end, and what is made now would be left behind.
pub(crate) fn is_ending() -> bool {
    ENDING.load(Ordering::SeqCst)
}

/// Ends everything that runs, before we end ourselves.
pub(crate) fn end_all() {
    ENDING.store(true, Ordering::SeqCst);
    let all = all();
    let mut left: Vec<Pid> = all.iter().copied().filter_map(Pid::from_raw).collect();
    left.retain(|pid| ask_to_end(pid.as_raw_nonzero().get()));
    let until = Instant::now() + PATIENCE;
    while !left.is_empty() && Instant::now() < until {
        left.retain(|pid| matches!(waitpid(Some(*pid), WaitOptions::NOHANG), Ok(None)));
        thread::sleep(PAUSE);
    }
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
        // Until it is in the list nobody may go through the list.
        let mut all = all();
        let child = command
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        let id = i32::try_from(child.id()).unwrap_or_default();
        all.insert(id);
        Ok(Self { child, id, name })
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Says something on its standard input, the first time and the last.
    pub(crate) fn say(&mut self, text: &str) -> Result<()> {
        let mut stdin = self.child.stdin.take().context("nothing can be said")?;
        stdin.write_all(text.as_bytes())?;
        Ok(())
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
            thread::sleep(PAUSE);
        }
        false
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !matches!(self.child.try_wait(), Ok(Some(_))) {
            // Asked first: it has processes of its own to end.
            if !(ask_to_end(self.id) && self.ended_within(PATIENCE)) {
                // It may just have ended.
                let _ = self.child.kill();
                let _ = self.child.wait();
            }
        }
        all().remove(&self.id);
    }
}

/// An address on this computer that nobody listens on.
pub(crate) fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port is free")?;
    Ok(listener.local_addr()?)
}
