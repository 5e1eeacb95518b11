//! Showing a file or directory of the host at a place inside.

use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};

use rustix::{
    fs::CWD,
    mount::{MoveMountFlags, OpenTreeFlags, move_mount, open_tree},
};

use super::{
    Doing as _, Failure,
    plan::{Bind, Mode},
    sys::{self, Attributes},
};

/// A mount that is attached nowhere yet.
pub(super) struct Detached {
    mount: OwnedFd,
    to: String,
}

/// Takes a copy of what is mounted at a bind's origin, with the attributes of its mode. `ids` is the user
/// namespace by whose map its files' owners are shown.
pub(super) fn take(bind: &Bind, ids: Option<BorrowedFd<'_>>) -> Result<Detached, Failure> {
    let flags = OpenTreeFlags::OPEN_TREE_CLONE
        | OpenTreeFlags::OPEN_TREE_CLOEXEC
        | OpenTreeFlags::AT_SYMLINK_NOFOLLOW;
    let mount = open_tree(CWD, &bind.from, flags).doing(&format!("open {}", bind.from))?;
    let attributes = Attributes {
        set: attributes(bind.mode),
        ids,
    };
    sys::set_attributes(mount.as_fd(), attributes)
        .doing(&format!("set what may be done in {}", bind.from))?;
    Ok(Detached {
        mount,
        to: bind.to.clone(),
    })
}

/// Puts it at its place in the present mount namespace.
pub(super) fn attach(detached: &Detached, below: &str) -> Result<(), Failure> {
    let to = format!("{below}{}", detached.to);
    let flags = MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH;
    move_mount(&detached.mount, "", CWD, &to, flags).doing(&format!("mount {to}"))
}

/// Nothing in a jail gains privileges or makes devices. What is data is not run, and links in it lead nowhere.
fn attributes(mode: Mode) -> u64 {
    let never = libc::MOUNT_ATTR_NOSUID;
    let data = libc::MOUNT_ATTR_NODEV | libc::MOUNT_ATTR_NOEXEC | libc::MOUNT_ATTR_NOSYMFOLLOW;
    never
        | match mode {
            Mode::Execute => libc::MOUNT_ATTR_RDONLY | libc::MOUNT_ATTR_NODEV,
            Mode::Read => libc::MOUNT_ATTR_RDONLY | data,
            Mode::Write | Mode::Sockets => data,
            Mode::Device => libc::MOUNT_ATTR_NOEXEC,
        }
}
