//! How much of a disk the files below a directory take.
//!
//! An app may fight being measured, so: links are not followed and nothing is opened by a path that the app
//! can change meanwhile; names of the same file count once; files that were deleted but are still open
//! count; what cannot be looked into counts as more than any limit.

use std::{
    collections::HashSet,
    fs,
    os::{
        fd::OwnedFd,
        unix::fs::{FileTypeExt as _, MetadataExt as _},
    },
    path::{Path, PathBuf},
};

use rustix::{
    fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, openat, statat},
    io::Errno,
};

/// How deep directories may be nested; each level holds a descriptor open.
const DEEPEST: usize = 128;
/// What a file counts at least. The emptiest takes an inode, of which a disk has a limited number.
pub(super) const LEAST: u64 = 4096;
/// Entries that may count nothing, because they are names of files counted before.
const MOST_FREE_ENTRIES: u64 = 1 << 20;

/// Measures directories and files that are open but in none, until the sum is more than `enough`.
pub(super) fn measure(dirs: &[PathBuf], open_files: Option<&Path>, enough: u64) -> u64 {
    let mut tree = Tree {
        enough,
        ..Tree::default()
    };
    for dir in dirs {
        tree.add(dir);
    }
    if let Some(open_files) = open_files {
        tree.add_deleted(open_files);
    }
    if tree.hidden { u64::MAX } else { tree.total }
}

#[derive(Default)]
struct Tree {
    enough: u64,
    total: u64,
    entries: u64,
    hidden: bool,
    /// Files with several names, and deleted ones.
    seen: HashSet<(u64, u64)>,
    devices: HashSet<u64>,
}

impl Tree {
    fn add(&mut self, root: &Path) {
        let Some(dir) = self.open(openat(CWD, root, flags(), Mode::empty())) else {
            return;
        };
        if let Ok(stat) = dir.stat() {
            self.devices.insert(stat.st_dev);
        }
        let mut stack = vec![dir];
        while let Some(dir) = stack.last_mut() {
            match self.next(dir) {
                Step::Into(child) if stack.len() < DEEPEST => stack.push(child),
                Step::Into(_) => self.hidden = true,
                Step::On => {}
                Step::Up => drop(stack.pop()),
            }
            if self.is_done() {
                return;
            }
        }
    }

    fn next(&mut self, dir: &mut Dir) -> Step {
        // What was removed meanwhile has no more entries.
        let Some(Ok(entry)) = dir.read() else {
            return Step::Up;
        };
        let name = entry.file_name();
        if matches!(name.to_bytes(), b"." | b"..") {
            return Step::On;
        }
        self.entries += 1;
        let Ok(fd) = dir.fd() else { return Step::Up };
        let Ok(stat) = statat(fd, name, AtFlags::SYMLINK_NOFOLLOW) else {
            return Step::On;
        };
        let is_dir = FileType::from_raw_mode(stat.st_mode) == FileType::Directory;
        #[expect(clippy::useless_conversion, reason = "the types differ by processor")]
        if is_dir || u64::from(stat.st_nlink) < 2 || self.seen.insert((stat.st_dev, stat.st_ino)) {
            self.count(u64::try_from(stat.st_blocks).unwrap_or(0));
        }
        if !is_dir {
            return Step::On;
        }
        match self.open(openat(fd, name, flags(), Mode::empty())) {
            Some(child) => Step::Into(child),
            None => Step::On,
        }
    }

    fn open(&mut self, opened: Result<OwnedFd, Errno>) -> Option<Dir> {
        match opened.and_then(Dir::new) {
            Ok(dir) => Some(dir),
            // Removed or replaced meanwhile.
            Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => None,
            Err(_) => {
                self.hidden = true;
                None
            }
        }
    }

    fn count(&mut self, blocks: u64) {
        let bytes = blocks.saturating_mul(512).max(LEAST);
        self.total = self.total.saturating_add(bytes);
    }

    /// Deleted files keep their space while they are open. Those of other file systems are none of ours.
    fn add_deleted(&mut self, open_files: &Path) {
        for entry in fs::read_dir(open_files).into_iter().flatten().flatten() {
            let Ok(file) = fs::metadata(entry.path()) else {
                continue;
            };
            let kind = file.file_type();
            let special = kind.is_socket() || kind.is_fifo() || kind.is_char_device();
            if file.nlink() == 0
                && !special
                && self.devices.contains(&file.dev())
                && self.seen.insert((file.dev(), file.ino()))
            {
                self.count(file.blocks());
            }
        }
    }

    fn is_done(&mut self) -> bool {
        let most = (self.enough / LEAST).saturating_add(MOST_FREE_ENTRIES);
        self.hidden |= self.entries > most;
        self.hidden || self.total > self.enough
    }
}

enum Step {
    Into(Dir),
    On,
    Up,
}

fn flags() -> OFlags {
    OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK
}

/// What is free for ordinary users on the file system of a directory, in bytes; 0 when less than a hundredth
/// of its inodes is left.
pub(super) fn free_space(dir: &Path) -> Option<u64> {
    let fs = rustix::fs::statvfs(dir).ok()?;
    if fs.f_files > 0 && fs.f_favail < fs.f_files / 100 {
        return Some(0);
    }
    Some(fs.f_bavail.saturating_mul(fs.f_frsize))
}
