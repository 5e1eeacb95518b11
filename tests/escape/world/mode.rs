//! The ways to run a host.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicU32, Ordering},
};

use super::cgroups::Delegation;

/// A way to run a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// As root, with whatever cgroups there are.
    Root,
    /// As an ordinary user whom cgroups were delegated to.
    Delegated,
    /// As an ordinary user with no cgroup.
    Bare,
}

impl Mode {
    /// Whether this can be tried here. Without root only the user who runs the tests can run a host, who may or
    /// may not have cgroups: that counts as the bare mode.
    pub(crate) fn is_possible(self) -> bool {
        let is_root = rustix::process::geteuid().is_root();
        if !is_root && self != Self::Bare {
            eprintln!(
                "{self:?} needs root, which these tests do not have; `bare` stands for the user they run as"
            );
        }
        is_root || self == Self::Bare
    }

    /// Whether cgroups are there to hold sandboxes.
    pub(crate) fn has_cgroups(self) -> bool {
        self != Self::Bare
    }
}

/// Who runs the host: nobody else on this machine has this number, so that what is left can be found by it.
#[derive(Clone, Copy, Debug)]
pub(super) struct User(Option<u32>);

impl User {
    /// A user of their own, if this mode needs one and there is root to become them.
    pub(super) fn of(mode: Mode) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let is_root = rustix::process::geteuid().is_root();
        let number =
            1_000_000 + std::process::id() % 1_000_000 * 100 + NEXT.fetch_add(1, Ordering::Relaxed);
        Self((mode != Mode::Root && is_root).then_some(number))
    }

    /// Their number, if it is not who runs the tests.
    pub(super) fn id(self) -> Option<u32> {
        self.0
    }

    /// Gives them a file or directory.
    pub(super) fn own(self, path: &Path) {
        if let Some(id) = self.0 {
            std::os::unix::fs::lchown(path, Some(id), Some(id)).unwrap();
        }
    }

    /// A command that runs a program as them.
    pub(super) fn command(self, program: &Path) -> Command {
        self.command_in(program, None, None)
    }

    /// The same in their cgroups, with a file of a test's directory open that nobody told the program of: a person's shell
    /// or a service manager may have left it. If there is a file `hosts`, it is what the program sees as `/etc/hosts`.
    pub(super) fn command_in(
        self,
        program: &Path,
        delegation: Option<&Delegation>,
        inherited: Option<&Path>,
    ) -> Command {
        let mut words: Vec<PathBuf> = Vec::new();
        if let Some(id) = self.0 {
            let become_them = format!("--reuid={id} --regid={id} --clear-groups");
            words.push("setpriv".into());
            words.extend(become_them.split(' ').map(PathBuf::from));
        }
        words.push(program.to_owned());
        let procs = delegation.map(Delegation::procs).unwrap_or_default();
        if let Some(dir) = inherited {
            words.splice(0..0, prepare(&procs, dir));
        }
        #[expect(
            clippy::disallowed_methods,
            reason = "the tests run the programs from outside"
        )]
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]);
        command
    }
}

/// Joins cgroups, opens a file, changes what names mean, and becomes the rest of the words.
fn prepare(procs: &[PathBuf], dir: &Path) -> Vec<PathBuf> {
    let mut script = String::new();
    for file in procs {
        script += &["echo $$ > ", &file.to_string_lossy(), " && "].concat();
    }
    let dir_name = dir.to_string_lossy();
    let names = dir.join("hosts").exists();
    if names {
        script += &["mount --bind ", &dir_name, "/hosts /etc/hosts && "].concat();
    }
    script += &["exec 9< ", &dir_name, "/secret.txt && exec \"$@\""].concat();
    let own_mounts = ["unshare", "--mount", "--propagation", "private"];
    let shell = ["sh", "-c", &script, "sh"];
    let words = own_mounts.iter().filter(|_| names).chain(&shell);
    words.map(PathBuf::from).collect()
}
