//! The three calls that no crate offers safely.

use std::{
    io,
    os::fd::{AsFd, AsRawFd as _, OwnedFd},
    ptr,
};

use rustix::ioctl::{self, opcode};

/// `struct fsxattr` of `linux/fs.h`.
#[repr(C)]
#[derive(Clone, Copy)]
struct Attributes {
    flags: u32,
    extent_size: u32,
    extents: u32,
    project: u32,
    cow_extent_size: u32,
    padding: [u8; 8],
}

const GET: ioctl::Opcode = opcode::read::<Attributes>(b'X', 31);
const SET: ioctl::Opcode = opcode::write::<Attributes>(b'X', 32);
/// New files take their directory's project.
const INHERIT: u32 = 0x200;

/// A limit, or what is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limits {
    pub(super) bytes: u64,
    pub(super) inodes: u64,
}

/// `PRJQUOTA` of `linux/quota.h`.
const PROJECTS: libc::c_int = 2;
/// Limits are told in blocks of so many bytes.
const BLOCK: u64 = 1024;

fn attributes(file: impl AsFd) -> io::Result<Attributes> {
    #[expect(
        unsafe_code,
        reason = "the kernel writes a structure that it knows by size alone"
    )]
    // SAFETY: the operation fills a `struct fsxattr`, which `Attributes` is field for field, and any bits are valid.
    let read = unsafe { ioctl::ioctl(file, ioctl::Getter::<GET, Attributes>::new()) };
    Ok(read?)
}

/// The project of a file, 0 for none.
pub(super) fn project(file: impl AsFd) -> io::Result<u32> {
    Ok(attributes(file)?.project)
}

pub(super) fn set_project(file: impl AsFd, project: u32, inherit: bool) -> io::Result<()> {
    let mut new = attributes(&file)?;
    new.project = project;
    if inherit {
        new.flags |= INHERIT;
    }
    #[expect(
        unsafe_code,
        reason = "the kernel reads a structure that it knows by size alone"
    )]
    // SAFETY: the operation reads a `struct fsxattr`, which `Attributes` is field for field, and keeps no pointer.
    let written = unsafe { ioctl::ioctl(file, ioctl::Setter::<SET, Attributes>::new(new)) };
    Ok(written?)
}

/// What a project uses on the file system of `on`.
pub(super) fn limits(on: &OwnedFd, project: u32) -> io::Result<Limits> {
    let mut quota = nothing();
    match call(on, libc::Q_GETQUOTA, project, &mut quota) {
        // XFS says so of projects that it has not heard of.
        Err(e) if e.raw_os_error() == Some(libc::ENOENT) => {}
        done => done?,
    }
    Ok(Limits {
        bytes: quota.dqb_curspace,
        inodes: quota.dqb_curinodes,
    })
}

/// Sets what a project may use.
pub(super) fn set_limits(on: &OwnedFd, project: u32, limits: Limits) -> io::Result<()> {
    let mut quota = nothing();
    quota.dqb_bhardlimit = (limits.bytes / BLOCK).max(1);
    quota.dqb_ihardlimit = limits.inodes.max(1);
    quota.dqb_valid = libc::QIF_BLIMITS | libc::QIF_ILIMITS;
    call(on, libc::Q_SETQUOTA, project, &mut quota)
}

fn nothing() -> libc::dqblk {
    libc::dqblk {
        dqb_bhardlimit: 0,
        dqb_bsoftlimit: 0,
        dqb_curspace: 0,
        dqb_ihardlimit: 0,
        dqb_isoftlimit: 0,
        dqb_curinodes: 0,
        dqb_btime: 0,
        dqb_itime: 0,
        dqb_valid: 0,
    }
}

fn call(on: &OwnedFd, what: libc::c_int, project: u32, quota: &mut libc::dqblk) -> io::Result<()> {
    let command = libc::QCMD(what, PROJECTS);
    #[expect(unsafe_code, reason = "quotactl_fd has no wrapper in any crate")]
    // SAFETY: both commands read or write one `dqblk`, which lives until the call returns.
    let done = unsafe {
        libc::syscall(
            libc::SYS_quotactl_fd,
            on.as_raw_fd(),
            command,
            project,
            ptr::from_mut(quota),
        )
    };
    if done == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}
