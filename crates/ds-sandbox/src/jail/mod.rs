//! The jail: what of the operating system stands between a sandbox and everything else.
//!
//! Every sandbox has a launcher of its own, the small program `ds-jail`. It waits, already in the sandbox's
//! cgroup, until it is told what to launch. Then it makes the walls and puts Deno behind them:
//!
//! ```text
//!   ds-host ──socketpair── ds-jail ───────────────── deno
//!     │                      │                         │
//!     │  Prepare(root) ────▶ │ new pid namespace       │
//!     │                      │ forks ────────────────▶ │ is process 1
//!     │                      │                         │ own mount, net, ipc, uts, cgroup namespaces
//!     │                      │                         │ builds its root, pivots into it
//!     │                      │ ◀──────── Ready ─────── │ own user namespace
//!     │                      │ writes the id maps      │
//!     │                      │ ──────── Ids ─────────▶ │ drops all capabilities, Landlock, seccomp
//!     │ ◀───── Prepared ──── │ ◀─────── Locked ─────── │
//!     │        (waits)       │                         │
//!     │  Launch(plan) ─────▶ │ mounts directories      │
//!     │ ◀────── Started ──── │ ─────── program ──────▶ │ becomes deno
//!     │  Mount(dirs) ──────▶ │ mounts them too: that is how a waiting sandbox gets its appspace
//!     │  Terminate, Kill ──▶ │ ends it
//! ```
//!
//! If the host goes away, the launcher ends the sandbox; if the launcher goes away, the kernel does.
//! The launcher works the same for root and for an ordinary user: the latter takes a user namespace first,
//! in which it may do all this. Root gives each sandbox a user id of its own and maps the ids of what it mounts
//! (`mount_setattr(2)`, `MOUNT_ATTR_IDMAP`), so that files on disk stay the host's.

mod channel;
mod files;
mod handle;
mod inside;
mod launcher;
mod mounts;
mod network;
pub(crate) mod plan;
mod privileges;
mod seccomp;
mod sys;

pub(crate) use self::handle::{Jailed, Line, Parked};
pub use self::launcher::launch;
pub(crate) use self::privileges::landlock_abi;

/// What failed, for the host to tell.
#[derive(Debug)]
pub(crate) struct Failure(pub(crate) String);

/// Says what was being done when something failed.
trait Doing<T> {
    fn doing(self, what: &str) -> Result<T, Failure>;
}

impl<T, E: std::fmt::Display> Doing<T> for Result<T, E> {
    fn doing(self, what: &str) -> Result<T, Failure> {
        self.map_err(|error| Failure(format!("cannot {what}: {error}")))
    }
}
