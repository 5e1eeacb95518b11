//! Watching over one process: ending it when asked, and telling how it ended.

use std::{
    fs, io, os::unix::process::ExitStatusExt as _, process::ExitStatus, sync::Arc, time::Duration,
};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{process::Child, task::spawn_blocking, time::sleep};

use super::{
    output::{Output, Sink},
    run_dir::RunDir,
    state::{State, States},
};
use crate::Death;

/// How V8 ends a process that has no memory left: by a trap or an abort.
const CRASH_SIGNALS: [i32; 2] = [5, 6];

/// A process, and all that goes with it when it ends.
pub(super) struct Process {
    pub(super) child: Child,
    pub(super) states: Arc<States>,
    pub(super) output: Output,
    pub(super) sink: Arc<Sink>,
    pub(super) run: RunDir,
    /// From one step of ending it to the next.
    pub(super) grace: Duration,
}

impl Process {
    /// Runs until the process has ended and nothing is left of it.
    pub(super) async fn watch(mut self) {
        let (file, id) = (self.run.pid_file(), self.child.id());
        let noting = spawn_blocking(move || fs::write(file, id.unwrap_or_default().to_string()));
        let (status, forced) = self.until_it_ends().await;
        self.output.finish().await;
        let death = match self.states.stop_reason() {
            Some(reason) => Death::Stopped {
                reason,
                killed: forced,
            },
            None => death_of(status.ok(), self.sink.said_out_of_memory()),
        };
        self.sink.note(&format!("ended: {death}")).await;
        if let Ok(Err(error)) = noting.await {
            tracing::warn!(%error, "could not note a sandbox's process");
        }
        let removed = spawn_blocking(move || self.run.remove()).await;
        if let Ok(Err(error)) = removed {
            tracing::warn!(%error, "cannot remove a sandbox's directory");
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
        self.signal(Signal::TERM);
        if let Some(status) = self.ends_in_time().await {
            return (status, true);
        }
        self.signal(Signal::KILL);
        (self.child.wait().await, true)
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
