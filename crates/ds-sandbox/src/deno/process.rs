//! Watching over one process: ending it when asked, and telling how it ended.

use std::{
    io,
    os::fd::OwnedFd,
    os::unix::process::ExitStatusExt as _,
    process::ExitStatus,
    sync::{Arc, OnceLock},
    time::Duration,
};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{
    process::Child,
    task::spawn_blocking,
    time::{sleep, timeout},
};

use super::{
    output::{Output, Sink},
    run_dir::RunDir,
    state::{State, States},
    watching::Watched,
};
use crate::{Breach, Cgroup, Death, jail::Line};

/// How V8 ends a process that has no memory left: by a trap or an abort.
const CRASH_SIGNALS: [i32; 2] = [5, 6];
/// How the kernel ends one that has more memory than it may.
const KILLED: i32 = 9;

/// How long a launcher may take to end what it launched.
const LAUNCHERS_TIME: Duration = Duration::from_secs(2);

/// A process, and all that goes with it when it ends.
pub(super) struct Process {
    /// The process, or its launcher, which ends as it does.
    pub(super) child: Child,
    pub(super) jail: Option<Walled>,
    pub(super) states: Arc<States>,
    pub(super) output: Output,
    pub(super) sink: Arc<Sink>,
    pub(super) run: RunDir,
    pub(super) watched: Arc<OnceLock<Arc<Watched>>>,
    /// From one step of ending it to the next.
    pub(super) grace: Duration,
}

/// What a process in a jail has beside.
pub(super) struct Walled {
    /// The way to its launcher.
    pub(super) line: Line,
    /// The process itself.
    pub(super) process: Option<OwnedFd>,
    pub(super) cgroup: Option<Arc<Cgroup>>,
    /// Serves its outlet until it has ended.
    #[expect(dead_code, reason = "it is there to be dropped")]
    pub(super) outlet: Option<Box<dyn Send + Sync>>,
}

impl Process {
    /// Runs until the process has ended and nothing is left of it.
    pub(super) async fn watch(mut self) {
        let (status, forced) = self.until_it_ends().await;
        self.until_nothing_runs().await;
        self.output.finish().await;
        let death = self.death(status.ok(), forced);
        self.sink.note(&format!("ended: {death}")).await;
        let cgroup = self.jail.and_then(|jail| jail.cgroup);
        let (watched, told) = (self.watched, death.clone());
        let removed = spawn_blocking(move || {
            if let Some(watched) = watched.get() {
                watched.ended(&told);
            }
            cgroup.map_or(Ok(()), |cgroup| cgroup.remove())?;
            self.run.remove()
        });
        if let Ok(Err(error)) = removed.await {
            tracing::warn!(%error, "cannot remove what a sandbox left");
        }
        self.states.go(State::Dead(death));
    }

    /// Waits for the end, and brings it about when asked to. Says whether it took force.
    async fn until_it_ends(&mut self) -> (io::Result<ExitStatus>, bool) {
        tokio::select! {
            biased;
            status = self.child.wait() => return (status, false),
            _ = self.states.stopping() => {}
        }
        // The harness has been told by now.
        if let Some(status) = self.ends_in_time().await {
            return (status, false);
        }
        self.terminate();
        if let Some(status) = self.ends_in_time().await {
            return (status, true);
        }
        self.kill();
        if let Ok(status) = timeout(LAUNCHERS_TIME, self.child.wait()).await {
            return (status, true);
        }
        let _ = self.child.start_kill();
        (self.child.wait().await, true)
    }

    /// A launcher that was itself killed leaves its process to the kernel, which kills it a moment later.
    async fn until_nothing_runs(&mut self) {
        let process = self.jail.as_mut().and_then(|jail| jail.process.take());
        let Some(process) = process else {
            return;
        };
        let waited = spawn_blocking(move || {
            let patience = Timespec {
                tv_sec: LAUNCHERS_TIME.as_secs().try_into().unwrap_or(1),
                tv_nsec: 0,
            };
            let mut events = [PollFd::new(&process, PollFlags::IN)];
            // However long it takes: who waits for its end is about to touch its files.
            while matches!(poll(&mut events, Some(&patience)), Ok(0) | Err(Errno::INTR)) {
                tracing::error!("a sandbox's process was killed and does not end");
            }
        });
        let _ = waited.await;
    }

    fn death(&self, status: Option<ExitStatus>, forced: bool) -> Death {
        if let Some(breach) = self.states.breach() {
            return Death::Limit(breach);
        }
        if let Some(reason) = self.states.stop_reason() {
            return Death::Stopped {
                reason,
                killed: forced,
            };
        }
        let cgroup = self.jail.as_ref().and_then(|jail| jail.cgroup.as_ref());
        match death_of(status, self.sink.said_out_of_memory()) {
            Death::Signalled(KILLED) if cgroup.is_some_and(|it| it.stats().oom_kills > Some(0)) => {
                Death::Limit(Breach::Memory)
            }
            death => death,
        }
    }

    async fn ends_in_time(&mut self) -> Option<io::Result<ExitStatus>> {
        let asked = Arc::clone(&self.states);
        tokio::select! {
            biased;
            status = self.child.wait() => Some(status),
            () = asked.killing() => None,
            () = sleep(self.grace) => None,
        }
    }

    fn terminate(&self) {
        match &self.jail {
            Some(jail) => jail.line.terminate(),
            None => self.signal(Signal::TERM),
        }
    }

    fn kill(&self) {
        match &self.jail {
            Some(jail) => jail.line.kill(),
            None => self.signal(Signal::KILL),
        }
    }

    fn signal(&self, signal: Signal) {
        let id = self.child.id().and_then(|id| i32::try_from(id).ok());
        // Without an id it has ended and been waited for.
        if let Some(group) = id.and_then(Pid::from_raw) {
            let _ = kill_process_group(group, signal);
        }
    }
}

/// What the end of a process that nobody asked to end means.
fn death_of(status: Option<ExitStatus>, said_out_of_memory: bool) -> Death {
    let (code, signal) = status.map_or((None, None), |status| (status.code(), status.signal()));
    // A launcher in between reports a signal as 128 and its number.
    let crash = signal.or(code.map(|code| code - 128));
    match (code, signal) {
        _ if said_out_of_memory && crash.is_some_and(|s| CRASH_SIGNALS.contains(&s)) => {
            Death::OutOfMemory
        }
        (_, Some(signal)) => Death::Signalled(signal),
        (Some(code), None) => Death::Exited(code),
        // The status could not be had; it is over all the same.
        (None, None) => Death::Exited(-1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deaths_are_told_apart() {
        let exit = |code: i32| Some(ExitStatus::from_raw(code << 8));
        let signal = |signal: i32| Some(ExitStatus::from_raw(signal));
        let check = |status, said, expect| assert_eq!(death_of(status, said), expect);
        check(exit(0), false, Death::Exited(0));
        check(exit(3), true, Death::Exited(3));
        check(signal(9), true, Death::Signalled(9));
        check(signal(5), false, Death::Signalled(5));
        check(signal(5), true, Death::OutOfMemory);
        check(signal(6), true, Death::OutOfMemory);
        check(exit(133), true, Death::OutOfMemory);
        check(exit(134), true, Death::OutOfMemory);
        check(exit(134), false, Death::Exited(134));
        check(None, false, Death::Exited(-1));
    }
}
