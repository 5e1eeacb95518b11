//! The launcher's side: waits to be told, forks, keeps watch, and ends with its program.

use std::{
    fs, io,
    os::fd::{AsFd, OwnedFd},
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
    inside::{self, Ids, ToParent},
    mounts,
    plan::{Bind, FromLauncher, Plan, Root, ToLauncher},
    privileges, sys,
};

/// The whole of a launcher: what `ds-jail` does. An embedder's own launcher is a program whose `main` returns
/// this. It takes its orders from its standard input, a socket that the engine gave it.
#[must_use]
pub fn launch() -> ExitCode {
    // What a host's own starter left open is nobody's business here.
    if sys::close_all_from(3).is_err() {
        return ExitCode::FAILURE;
    }
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    // When its program ends by a signal so does the launcher, without leaving a core.
    let _ = setrlimit(Resource::Core, none);
    let Ok(host) = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3) else {
        return ExitCode::FAILURE;
    };
    match run(&host) {
        Ok(Some(child)) => child.watch(&host),
        // The host has gone, or wants no program.
        Ok(None) => ExitCode::FAILURE,
        Err(Failure(what)) => {
            let _ = channel::send(&host, &FromLauncher::Failed { what }, &[]);
            ExitCode::FAILURE
        }
    }
}

/// Waits to be told what to prepare and what to launch, and does it.
fn run(host: &OwnedFd) -> Result<Option<Child>, Failure> {
    match hear(host)? {
        Some(ToLauncher::Prepare(root)) => {
            let (child, listeners) = prepare(&root)?;
            let fds: Vec<_> = listeners.iter().map(AsFd::as_fd).collect();
            channel::send(host, &FromLauncher::Prepared, &fds).doing("tell the host")?;
            drop(listeners);
            match hear(host)? {
                Some(ToLauncher::Launch(plan)) => child.launch(&plan, host).map(Some),
                _ => Ok(None),
            }
        }
        Some(ToLauncher::Launch(plan)) => Child::new(None)?.launch(&plan, host).map(Some),
        _ => Ok(None),
    }
}

fn hear(host: &OwnedFd) -> Result<Option<ToLauncher>, Failure> {
    let heard = channel::receive(host).doing("hear from the host")?;
    Ok(heard.map(|(order, _)| order))
}

/// The program, or the process that will be.
struct Child {
    pid: Pid,
    fd: OwnedFd,
    /// The way to it, until it is the program.
    channel: OwnedFd,
    /// Outside and inside ids differ.
    mapped: bool,
    /// It is behind its walls already.
    is_locked: bool,
}

/// Makes a process with a root and namespaces of its own.
fn prepare(root: &Root) -> Result<(Child, Vec<OwnedFd>), Failure> {
    if root.user.is_none() {
        become_master_of_own_namespace()?;
    }
    sys::unshare(UnshareFlags::NEWPID).doing("make a process namespace")?;
    let child = Child::new(Some(root))?;
    let (said, listeners) = child.hear()?;
    said.or_failed(&ToParent::Ready)?;
    let (uid, gid) = (getuid().as_raw(), getgid().as_raw());
    let user = (uid, root.user.unwrap_or(uid));
    let group = (gid, root.user.unwrap_or(gid));
    map_ids(&child.pid.as_raw_nonzero().to_string(), user, group)?;
    let ids = Ids { uid, gid };
    channel::send(&child.channel, &ids, &[]).doing("tell the process its ids")?;
    child.hear()?.0.or_failed(&ToParent::Locked)?;
    Ok((child, listeners))
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
    fn new(root: Option<&Root>) -> Result<Self, Failure> {
        let (ours, theirs) = channel::pair().doing("make a channel")?;
        let Some(pid) = sys::fork().doing("fork")? else {
            drop(ours);
            inside::become_program(root, &theirs);
            std::process::exit(1);
        };
        drop(theirs);
        Ok(Self {
            pid,
            fd: pidfd_open(pid, PidfdFlags::empty()).doing("hold on to the process")?,
            channel: ours,
            mapped: root.is_some_and(|root| root.user.is_some()),
            is_locked: root.is_some(),
        })
    }

    fn hear(&self) -> Result<(ToParent, Vec<OwnedFd>), Failure> {
        let heard = channel::receive(&self.channel).doing("hear from the process")?;
        heard.ok_or_else(|| Failure("the process has gone".into()))
    }

    /// Lets it become the program.
    fn launch(self, plan: &Plan, host: &OwnedFd) -> Result<Self, Failure> {
        self.mount(&plan.mounts)?;
        if self.is_locked {
            // It can no longer do so itself.
            privileges::limit(Some(self.pid), plan.program.rlimits)?;
        }
        channel::send(&self.channel, &plan.program, &[]).doing("let it go on")?;
        // The channel closes itself when the program is run.
        match channel::receive(&self.channel).doing("hear from the process")? {
            Some((ToParent::Failed(what), _)) => return Err(Failure(what)),
            Some(_) => return Err(Failure("it says what it said before".into())),
            None => {}
        }
        let pid = self.pid.as_raw_nonzero().get();
        channel::send(host, &FromLauncher::Started { pid }, &[]).doing("tell the host")?;
        Ok(self)
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
    fn watch(&self, host: &OwnedFd) -> ExitCode {
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
