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
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub(super) enum ToParent {
    /// It has its namespaces and needs ids. Beside it: its listeners.
    Ready,
    /// It did not work.
    Failed(String),
}

/// What the launcher tells it, when it has its ids and directories.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub(super) struct Go {
    pub(super) uid: u32,
    pub(super) gid: u32,
    pub(super) program: Program,
}

/// Where rules of Landlock stand inside the jail; a place that is not there has no rule.
const VISIBLE: [(&str, Mode); 8] = [
    ("/h", Mode::Read),
    ("/dd", Mode::Write),
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
    }
    let (go, _) = channel::receive::<Go>(parent)
        .doing("hear from its launcher")?
        .ok_or_else(|| Failure("its launcher has gone".into()))?;
    if root.is_some() {
        become_user(&go)?;
    }
    // After the last change of user, which forgets it.
    set_parent_process_death_signal(Some(Signal::KILL)).doing("die with its launcher")?;
    launcher_lives(parent)?;
    let program = &go.program;
    privileges::limit(program.rlimits)?;
    let command = command(program)?;
    let may_connect = root.is_some_and(|root| root.ports.is_some());
    if let Some(root) = root {
        privileges::drop_capabilities()?;
        let base = root.base.iter().map(privileges::rule);
        let visible: Vec<_> = base.chain(VISIBLE).collect();
        privileges::landlock(&visible, may_connect)?;
    } else {
        privileges::no_new_privileges()?;
        let visible = program.visible.iter().flatten();
        let visible: Vec<_> = visible.map(privileges::rule).collect();
        privileges::landlock(&visible, may_connect)?;
    }
    exec(command, may_connect)
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

fn become_user(go: &Go) -> Result<(), Failure> {
    let (gid, uid) = (Gid::from_raw(go.gid), Uid::from_raw(go.uid));
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

/// The list of system calls comes last: what was done until here needs more of them. Every descriptor beside
/// the first three closes itself.
fn exec(mut command: Command, may_connect: bool) -> Result<Infallible, Failure> {
    seccomp::restrict(may_connect)?;
    Err(command.exec()).doing("run the program")
}
