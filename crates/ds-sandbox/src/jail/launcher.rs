//! The launcher's side: waits to be told, forks, keeps watch, and ends with its program.

use std::{
    fs, io,
    os::fd::{AsFd as _, OwnedFd},
    process::ExitCode,
};

use rustix::{
    event::{PollFd, PollFlags, poll},
    process::{
        Pid, PidfdFlags, Resource, Rlimit, Signal, WaitOptions, WaitStatus, getgid, getpid, getuid,
        kill_process, pidfd_open, pidfd_send_signal, setrlimit, waitpid,
    },
    thread::{LinkNameSpaceType, UnshareFlags, move_into_link_name_space},
};

use super::{
    Doing as _, Failure, channel,
    inside::{self, Go, ToParent},
    mounts,
    plan::{Bind, FromLauncher, Plan, ToLauncher, Walls},
    sys,
};

/// The whole of a launcher: what `ds-jail` does. An embedder's own launcher is a program whose `main` returns
/// this. It takes its orders from its standard input, a socket that the engine gave it.
#[must_use]
pub fn launch() -> ExitCode {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    // When its program ends by a signal so does the launcher, without leaving a core.
    let _ = setrlimit(Resource::Core, none);
    let Ok(host) = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3) else {
        return ExitCode::FAILURE;
    };
    match channel::receive(&host) {
        Ok(Some((ToLauncher::Launch(plan), _))) => run(&host, &plan),
        // The host has gone, or wants no program.
        _ => ExitCode::FAILURE,
    }
}

fn run(host: &OwnedFd, plan: &Plan) -> ExitCode {
    match start(host, plan) {
        Ok(mut child) => child.watch(host),
        Err(Failure(what)) => {
            let _ = channel::send(host, &FromLauncher::Failed { what }, &[]);
            ExitCode::FAILURE
        }
    }
}

/// The program.
struct Child {
    pid: Pid,
    fd: OwnedFd,
    /// Outside and inside ids differ.
    mapped: bool,
}

fn start(host: &OwnedFd, plan: &Plan) -> Result<Child, Failure> {
    if let Walls::All(root) = &plan.walls {
        if root.user.is_none() {
            become_master_of_own_namespace()?;
        }
        sys::unshare(UnshareFlags::NEWPID).doing("make a process namespace")?;
    }
    let (ours, theirs) = channel::pair().doing("make a channel")?;
    let Some(pid) = sys::fork().doing("fork")? else {
        drop(ours);
        inside::become_program(plan, &theirs);
        std::process::exit(1);
    };
    drop(theirs);
    let fd = pidfd_open(pid, PidfdFlags::empty()).doing("hold on to the process")?;
    let mapped = matches!(&plan.walls, Walls::All(root) if root.user.is_some());
    let child = Child { pid, fd, mapped };
    let listeners = match child.equip(plan, &ours) {
        Ok(listeners) => listeners,
        Err(failure) => {
            child.kill();
            let _ = child.wait();
            return Err(failure);
        }
    };
    let fds: Vec<_> = listeners.iter().map(|fd| fd.as_fd()).collect();
    let pid = pid.as_raw_nonzero().get();
    channel::send(host, &FromLauncher::Started { pid }, &fds).doing("tell the host")?;
    Ok(child)
}

/// For an ordinary user: a user namespace in which it may make all the others.
fn become_master_of_own_namespace() -> Result<(), Failure> {
    let (uid, gid) = (getuid().as_raw(), getgid().as_raw());
    sys::unshare(UnshareFlags::NEWUSER | UnshareFlags::NEWNS).doing("make a user namespace")?;
    map_ids("self", (uid, uid), (gid, gid))
}

/// Says which ids outside are which inside: one user and one group.
fn map_ids(process: &str, user: (u32, u32), group: (u32, u32)) -> Result<(), Failure> {
    let write = |file: &str, text: String| {
        fs::write(format!("/proc/{process}/{file}"), text).doing(&format!("write {file}"))
    };
    write("setgroups", "deny".into())?;
    write("uid_map", format!("{} {} 1", user.0, user.1))?;
    write("gid_map", format!("{} {} 1", group.0, group.1))
}

impl Child {
    /// Gives it what it asks for, until it has become the program.
    fn equip(&self, plan: &Plan, channel: &OwnedFd) -> Result<Vec<OwnedFd>, Failure> {
        let mut listeners = Vec::new();
        loop {
            match channel::receive(channel).doing("hear from the process")? {
                Some((ToParent::Ready, fds)) => {
                    listeners = fds;
                    let Walls::All(root) = &plan.walls else {
                        continue;
                    };
                    let (uid, gid) = (getuid().as_raw(), getgid().as_raw());
                    let outside = root.user.unwrap_or(uid);
                    let outside_group = root.user.unwrap_or(gid);
                    let process = self.pid.as_raw_nonzero().to_string();
                    map_ids(&process, (uid, outside), (gid, outside_group))?;
                    self.mount(&root.mounts)?;
                    channel::send(channel, &Go { uid, gid }, &[]).doing("let it go on")?;
                }
                Some((ToParent::Failed(what), _)) => return Err(Failure(what)),
                // The channel closes itself when the program is run.
                None => return Ok(listeners),
            }
        }
    }

    /// Shows it more directories.
    fn mount(&self, binds: &[Bind]) -> Result<(), Failure> {
        if binds.is_empty() {
            return Ok(());
        }
        let open = |name: &str| {
            fs::File::open(format!("/proc/{}/ns/{name}", self.pid.as_raw_nonzero()))
                .doing(&format!("open its {name} namespace"))
        };
        let ids = if self.mapped {
            Some(open("user")?)
        } else {
            None
        };
        let ids = ids.as_ref().map(|ids| ids.as_fd());
        let taken: Result<Vec<_>, _> = binds.iter().map(|bind| mounts::take(bind, ids)).collect();
        let taken = taken?;
        let kind = Some(LinkNameSpaceType::Mount);
        let own = fs::File::open("/proc/self/ns/mnt").doing("open its own namespace")?;
        move_into_link_name_space(open("mnt")?.as_fd(), kind).doing("enter its namespace")?;
        let attached = taken.iter().try_for_each(|it| mounts::attach(it, ""));
        move_into_link_name_space(own.as_fd(), kind).doing("come back from its namespace")?;
        attached
    }

    /// Until the program has ended, which it is made to if the host asks or goes away.
    fn watch(&mut self, host: &OwnedFd) -> ExitCode {
        loop {
            let mut events = [
                PollFd::new(&self.fd, PollFlags::IN),
                PollFd::new(host, PollFlags::IN),
            ];
            match poll(&mut events, None) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(_) => self.kill(),
            }
            let (ended, told) = (
                !events[0].revents().is_empty(),
                !events[1].revents().is_empty(),
            );
            if ended {
                return end_like(self.wait());
            }
            if told {
                self.obey(host);
            }
        }
    }

    fn obey(&self, host: &OwnedFd) {
        match channel::receive(host) {
            Ok(Some((ToLauncher::Mount(binds), _))) => {
                let answer = match self.mount(&binds) {
                    Ok(()) => FromLauncher::Mounted,
                    Err(Failure(what)) => FromLauncher::Failed { what },
                };
                let _ = channel::send(host, &answer, &[]);
            }
            Ok(Some((ToLauncher::Terminate, _))) if self.listens_to_terminate() => {
                let _ = pidfd_send_signal(&self.fd, Signal::TERM);
            }
            _ => {
                self.kill();
                let _ = self.wait_quietly();
            }
        }
    }

    /// The first process of a namespace ignores signals it does not listen to (`pid_namespaces(7)`).
    fn listens_to_terminate(&self) -> bool {
        let path = format!("/proc/{}/status", self.pid.as_raw_nonzero());
        let status = fs::read_to_string(path).unwrap_or_default();
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
        let caught = caught.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
        caught.is_some_and(|mask| mask & (1 << (Signal::TERM.as_raw() - 1)) != 0)
    }

    fn kill(&self) {
        // It may have ended just now.
        let _ = pidfd_send_signal(&self.fd, Signal::KILL);
    }

    /// Waits for the end without taking the status away.
    fn wait_quietly(&self) -> io::Result<()> {
        poll(&mut [PollFd::new(&self.fd, PollFlags::IN)], None)?;
        Ok(())
    }

    fn wait(&self) -> Option<WaitStatus> {
        loop {
            match waitpid(Some(self.pid), WaitOptions::empty()) {
                Err(rustix::io::Errno::INTR) => {}
                other => return other.ok().flatten().map(|(_, status)| status),
            }
        }
    }
}

/// Ends this process as the program ended.
fn end_like(status: Option<WaitStatus>) -> ExitCode {
    let signal = status.and_then(WaitStatus::terminating_signal);
    if let Some(signal) = signal.and_then(Signal::from_named_raw) {
        let _ = kill_process(getpid(), signal);
    }
    let code = status
        .and_then(WaitStatus::exit_status)
        .or(signal.map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok())
        .map_or(ExitCode::FAILURE, ExitCode::from)
}
