//! The process that becomes the program.

use std::{
    convert::Infallible,
    fs::File,
    os::{
        fd::{AsFd, BorrowedFd, OwnedFd},
        unix::process::CommandExt as _,
    },
    process::{Command, Stdio},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    process::{Signal, set_parent_process_death_signal, setsid},
    system::sethostname,
    thread::{Gid, Uid, UnshareFlags, set_thread_groups, set_thread_res_gid, set_thread_res_uid},
};

use super::{
    Doing as _, Failure, channel, files, network,
    plan::{Mode, Program, Root},
    privileges, seccomp, sys,
};

/// What the process says to its launcher.
#[derive(Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) enum ToParent {
    /// It has its namespaces and needs ids. Beside it: its listeners.
    Ready,
    /// It is behind its walls, and waits for its program.
    Locked,
    /// It did not work.
    Failed(String),
}

impl ToParent {
    /// Checks that it is what comes next.
    pub(super) fn or_failed(self, expected: &Self) -> Result<(), Failure> {
        match self {
            Self::Failed(what) => Err(Failure(what)),
            said if said == *expected => Ok(()),
            said => Err(Failure(format!("it said {said:?} instead of {expected:?}"))),
        }
    }
}

/// What the launcher tells it when it has its ids: which of them are its.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub(super) struct Ids {
    pub(super) uid: u32,
    pub(super) gid: u32,
}

/// Where rules of Landlock stand inside the jail; a place that is not there has no rule.
const VISIBLE: [(&str, Mode); 6] = [
    ("/ro", Mode::Read),
    ("/rw", Mode::Write),
    ("/run", Mode::Sockets),
    ("/tmp", Mode::Write),
    ("/etc", Mode::Read),
    ("/proc", Mode::Read),
];

/// Makes the walls, waits to be told which program, and becomes it. Returns only if that fails.
pub(super) fn become_program(root: Option<&Root>, parent: &OwnedFd) {
    let Err(Failure(what)) = try_become(root, parent);
    let _ = channel::send(parent, &ToParent::Failed(what), &[]);
}

fn try_become(root: Option<&Root>, parent: &OwnedFd) -> Result<Infallible, Failure> {
    setsid().doing("leave its session")?;
    if let Some(root) = root {
        separate(root, parent)?;
        lock(root, parent)?;
        channel::send(parent, &ToParent::Locked, &[]).doing("tell its launcher")?;
    }
    let program: Program = hear(parent)?;
    if root.is_none() {
        set_parent_process_death_signal(Some(Signal::KILL)).doing("die with its launcher")?;
    }
    launcher_lives(parent)?;
    sys::ignore_file_size_signal();
    let command = command(&program)?;
    if root.is_none() {
        privileges::limit(None, program.rlimits)?;
        privileges::no_new_privileges()?;
        let visible = program.visible.iter().flatten();
        let visible: Vec<_> = visible.map(privileges::rule).collect();
        privileges::landlock(&visible, false)?;
        seccomp::restrict(false)?;
    }
    exec(command)
}

fn hear<T: serde::de::DeserializeOwned>(parent: &OwnedFd) -> Result<T, Failure> {
    let heard = channel::receive(parent).doing("hear from its launcher")?;
    heard
        .map(|(told, _)| told)
        .ok_or_else(|| Failure("its launcher has gone".into()))
}

/// Gives up all that it may. It does not know its program yet: that is taken out of the time of a start. The list of
/// system calls comes last, since what is done until then needs more of them.
fn lock(root: &Root, parent: &OwnedFd) -> Result<(), Failure> {
    become_user(&hear(parent)?)?;
    // After the last change of user, which forgets it.
    set_parent_process_death_signal(Some(Signal::KILL)).doing("die with its launcher")?;
    privileges::drop_capabilities()?;
    let may_connect = root.ports.is_some();
    let base = root.base.iter().map(privileges::rule);
    let visible: Vec<_> = base.chain(VISIBLE).collect();
    privileges::landlock(&visible, may_connect)?;
    seccomp::restrict(may_connect)
}

/// Its own namespaces and root, and no user of which anybody knows.
fn separate(root: &Root, parent: &OwnedFd) -> Result<(), Failure> {
    let own = UnshareFlags::NEWNS
        | UnshareFlags::NEWIPC
        | UnshareFlags::NEWUTS
        | UnshareFlags::NEWNET
        | UnshareFlags::NEWCGROUP;
    sys::unshare(own).doing("make namespaces")?;
    files::enter(root)?;
    sethostname(b"sandbox").doing("name its host")?;
    let ports = root.ports.as_deref();
    let listeners = ports.map_or(Ok(Vec::new()), network::listen)?;
    if root.user.is_some() {
        set_thread_groups(&[]).doing("leave its groups")?;
    }
    sys::unshare(UnshareFlags::NEWUSER).doing("make a user namespace")?;
    let fds: Vec<BorrowedFd<'_>> = listeners.iter().map(AsFd::as_fd).collect();
    channel::send(parent, &ToParent::Ready, &fds).doing("ask its launcher")
}

fn become_user(ids: &Ids) -> Result<(), Failure> {
    let (gid, uid) = (Gid::from_raw(ids.gid), Uid::from_raw(ids.uid));
    set_thread_res_gid(gid, gid, gid).doing("change its group")?;
    set_thread_res_uid(uid, uid, uid).doing("change its user")
}

/// A launcher that died just before the kernel was asked to tell has closed its end.
fn launcher_lives(parent: &OwnedFd) -> Result<(), Failure> {
    let mut events = [PollFd::new(parent, PollFlags::empty())];
    poll(&mut events, Some(&Timespec::default())).doing("look for its launcher")?;
    if events[0].revents().contains(PollFlags::HUP) {
        return Err(Failure("its launcher has gone".into()));
    }
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the crate that starts processes"
)]
fn command(program: &Program) -> Result<Command, Failure> {
    let nothing = File::open("/dev/null").doing("open /dev/null")?;
    let mut command = Command::new(&program.path);
    command
        .args(&program.args)
        .env_clear()
        .envs(program.env.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::from(nothing));
    rustix::process::chdir(&program.cwd).doing("go to its directory")?;
    Ok(command)
}

/// Every descriptor beside the first three closes itself.
fn exec(mut command: Command) -> Result<Infallible, Failure> {
    Err(command.exec()).doing("run the program")
}
