//! The file system that the program sees: an empty one, with what it needs in it.

use std::{ffi::CString, fs, os::unix::fs::DirBuilderExt as _, path::Path};

use rustix::{
    mount::{
        MountFlags, MountPropagationFlags, UnmountFlags, mount, mount_change, mount_remount,
        unmount,
    },
    process::{chdir, pivot_root},
};

use super::{
    Doing as _, Failure, mounts,
    plan::{Bind, Root},
};

/// The size of the root itself: directories and a few small files.
const ROOT_SIZE: &str = "size=512k,nr_inodes=512,mode=755";

/// Builds the root and moves into it. The caller has a mount namespace of its own.
pub(super) fn enter(root: &Root) -> Result<(), Failure> {
    // What is mounted here must not show outside, nor the other way round.
    let private = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
    mount_change("/", private).doing("keep its mounts to itself")?;
    let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    tmpfs(&root.on, flags, ROOT_SIZE)?;
    for bind in &root.base {
        place(root, bind)?;
        mounts::attach(&mounts::take(bind, None)?, &root.on)?;
    }
    let places = root.places.iter().map(String::as_str);
    for inside in places.chain(["/tmp", "/proc"]) {
        make_dir(&format!("{}{inside}", root.on))?;
    }
    for (inside, text) in &root.files {
        let path = format!("{}{inside}", root.on);
        make_parent(&path)?;
        fs::write(&path, text).doing(&format!("write {inside}"))?;
    }
    let tmp = format!("size={}m,nr_inodes=4096,mode=1777", root.tmp_mib);
    tmpfs(&format!("{}/tmp", root.on), flags, &tmp)?;
    // Before the old root goes: an ordinary user may mount it only while it sees the host's own.
    let proc = c"subset=pid,hidepid=invisible";
    mount("proc", format!("{}/proc", root.on), "proc", flags, proc).doing("mount /proc")?;
    leave_the_old_root(&root.on)?;
    let read_only = MountFlags::BIND | MountFlags::RDONLY | flags;
    mount_remount("/", read_only, c"").doing("make its root read-only")
}

fn tmpfs(at: &str, flags: MountFlags, options: &str) -> Result<(), Failure> {
    let options = CString::new(options).doing("name the options of a file system")?;
    mount("tmpfs", at, "tmpfs", flags, options.as_c_str()).doing("make an empty file system")
}

/// Makes the file or directory that something is mounted over.
fn place(root: &Root, bind: &Bind) -> Result<(), Failure> {
    let path = format!("{}{}", root.on, bind.to);
    if fs::metadata(&bind.from)
        .doing(&format!("find {}", bind.from))?
        .is_dir()
    {
        return make_dir(&path);
    }
    make_parent(&path)?;
    fs::write(&path, "").doing(&format!("make {}", bind.to))
}

fn make_parent(path: &str) -> Result<(), Failure> {
    let parent = Path::new(path).parent().unwrap_or(Path::new("/"));
    make_dir(&parent.to_string_lossy())
}

fn make_dir(path: &str) -> Result<(), Failure> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true).mode(0o755);
    builder.create(path).doing(&format!("make {path}"))
}

/// Both roots at one place, the old below the new, needs no directory for the old (`pivot_root(2)`).
fn leave_the_old_root(new: &str) -> Result<(), Failure> {
    chdir(new).doing("go to its root")?;
    pivot_root(".", ".").doing("change its root")?;
    unmount(".", UnmountFlags::DETACH).doing("leave the host's root")?;
    chdir("/").doing("go to its root")
}
