//! Bounds on directories that the file system keeps by itself: project quotas of ext4 and XFS.
//!
//! A project is a number that files carry and that new files take from their directory. The number is kept
//! nowhere else: a directory that has one is bounded, with all in it.

mod sys;
#[cfg(test)]
mod tests;

use std::{
    fs::File,
    io,
    os::{fd::OwnedFd, unix::fs::MetadataExt as _},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use rustix::{
    fs::{CWD, Dir, FileType, Mode, OFlags, openat},
    io::Errno,
};

use self::sys::Limits;

/// Our projects; an administrator's own are usually small numbers.
const FIRST: u32 = 1 << 30;
/// How many numbers are tried for a new project.
const TRIES: u32 = 256;
/// How deep directories may be nested that are given a project.
const DEEPEST: usize = 128;
/// A disk's inodes are limited too: as many as there can be smallest files.
const SMALLEST_FILE: u64 = 4096;

/// A file system with project quotas.
#[derive(Debug)]
pub struct Quotas {
    on: OwnedFd,
    /// Two must not take the same number.
    choosing: Mutex<()>,
}

/// Why there are no project quotas.
#[derive(Debug, thiserror::Error)]
pub enum NoQuotas {
    /// The file system has none, or they are off.
    #[error("the file system of {} is not mounted with project quotas (prjquota)", .0.display())]
    Off(PathBuf),
    /// Only root may set them.
    #[error("project quotas of {} cannot be used", .dir.display())]
    Refused {
        /// The directory.
        dir: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl Quotas {
    /// Of the file system that a directory is on.
    ///
    /// # Errors
    /// If it has none that we may set.
    pub fn find(dir: &Path) -> Result<Self, NoQuotas> {
        let refused = |source| NoQuotas::Refused {
            dir: dir.to_owned(),
            source,
        };
        let on = File::open(dir).map_err(refused)?;
        let device = on.metadata().map_err(refused)?.dev();
        let mounts = std::fs::read_to_string("/proc/self/mountinfo").map_err(refused)?;
        if !are_on(&mounts, device) {
            return Err(NoQuotas::Off(dir.to_owned()));
        }
        let on = OwnedFd::from(on);
        sys::limits(&on, FIRST).map_err(refused)?;
        Ok(Self {
            on,
            choosing: Mutex::default(),
        })
    }

    /// Bounds what is in directories and below, all together. Nothing may write to them meanwhile, if they were
    /// not bounded before. Renaming and linking into a bounded directory from outside fails from then on.
    ///
    /// # Errors
    /// If the file system refuses; then the directories are not bounded, or as before.
    pub fn limit(&self, dirs: &[PathBuf], bytes: u64) -> io::Result<()> {
        let _one = self.choosing.lock().unwrap_or_else(PoisonError::into_inner);
        let dirs = dirs.iter().map(|dir| open(CWD, dir));
        let dirs = dirs.collect::<Result<Vec<_>, _>>()?;
        let project = match self.project_of(&dirs)? {
            Some(project) => project,
            None => self.unused(dirs.first().ok_or(Errno::INVAL)?)?,
        };
        let inodes = bytes / SMALLEST_FILE;
        sys::set_limits(&self.on, project, Limits { bytes, inodes })?;
        for dir in &dirs {
            if sys::project(dir)? != project {
                give(dir, project, DEEPEST)?;
            }
        }
        Ok(())
    }

    /// What the directories have together, in bytes, if they are bounded.
    ///
    /// # Errors
    /// If it cannot be asked.
    pub fn used(&self, dirs: &[PathBuf]) -> io::Result<Option<u64>> {
        let dirs = dirs.iter().map(|dir| open(CWD, dir));
        match self.project_of(&dirs.collect::<Result<Vec<_>, _>>()?)? {
            Some(project) => Ok(Some(sys::limits(&self.on, project)?.bytes)),
            None => Ok(None),
        }
    }

    #[expect(clippy::unused_self, reason = "it is about this file system")]
    fn project_of(&self, dirs: &[OwnedFd]) -> io::Result<Option<u32>> {
        for dir in dirs {
            let project = sys::project(dir)?;
            if project >= FIRST {
                return Ok(Some(project));
            }
        }
        Ok(None)
    }

    /// A number that no file carries. A directory's own is where to begin, since no other has it.
    fn unused(&self, dir: &OwnedFd) -> io::Result<u32> {
        let inode = rustix::fs::fstat(dir)?.st_ino;
        let begin = u32::try_from(inode % u64::from(FIRST)).unwrap_or(0);
        for project in (0..TRIES).map(|n| FIRST + (begin + n) % FIRST) {
            if sys::limits(&self.on, project)?.inodes == 0 {
                return Ok(project);
            }
        }
        Err(io::Error::other("no number is free for a project quota"))
    }
}

/// Gives a directory and all in it to a project. The directory comes last: when it has the project, all have.
fn give(dir: &OwnedFd, project: u32, depth: usize) -> io::Result<()> {
    if depth == 0 {
        return Err(io::Error::other("directories are nested too deep"));
    }
    for entry in Dir::read_from(dir)? {
        let entry = entry?;
        let name = entry.file_name();
        match entry.file_type() {
            FileType::Directory if !matches!(name.to_bytes(), b"." | b"..") => {
                give(&open(dir, name)?, project, depth - 1)?;
            }
            FileType::RegularFile => {
                let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
                let file = openat(dir, name, flags, Mode::empty())?;
                sys::set_project(&file, project, false)?;
            }
            // Others take no space but an inode.
            _ => {}
        }
    }
    sys::set_project(dir, project, true)
}

fn open(at: impl std::os::fd::AsFd, name: impl rustix::path::Arg) -> Result<OwnedFd, Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    openat(at, name, flags, Mode::empty())
}

/// Whether a device is mounted so that project quotas are kept, by the text of `mountinfo`.
fn are_on(mounts: &str, device: u64) -> bool {
    let device = format!(
        "{}:{}",
        rustix::fs::major(device),
        rustix::fs::minor(device)
    );
    mounts.lines().any(|line| {
        let is_it = line.split(' ').nth(2) == Some(&device);
        let options = line.split_once(" - ").map_or("", |(_, after)| after);
        let mut options = options.split(' ').nth(2).unwrap_or("").split(',');
        is_it && options.any(|o| o == "prjquota" || o == "pquota")
    })
}
