//! Cgroups for a test: one of its own below the one that the tests run in, in every hierarchy that has what
//! sandboxes need.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use super::mode::User;

/// What sandboxes are held by.
const CONTROLLERS: [&str; 4] = ["memory", "cpu", "cpuacct", "pids"];

/// Cgroups that were made for a host and are removed with it.
#[derive(Debug)]
pub(super) struct Delegation {
    dirs: Vec<PathBuf>,
}

impl Delegation {
    /// Makes them and gives them to a user.
    pub(super) fn make(user: User) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("ds-escape-{}-{number}", std::process::id());
        let mut dirs: Vec<PathBuf> = own().into_iter().map(|dir| dir.join(&name)).collect();
        dirs.retain(|dir| match fs::create_dir(dir) {
            Ok(()) => true,
            Err(error) => {
                eprintln!("no cgroup can be made at {}: {error}", dir.display());
                false
            }
        });
        for dir in &dirs {
            user.own(dir);
            for file in [
                "cgroup.procs",
                "tasks",
                "cgroup.threads",
                "cgroup.subtree_control",
            ] {
                if dir.join(file).exists() {
                    user.own(&dir.join(file));
                }
            }
        }
        Self { dirs }
    }

    /// The files that a process's number is written to.
    pub(super) fn procs(&self) -> Vec<PathBuf> {
        self.dirs
            .iter()
            .map(|dir| dir.join("cgroup.procs"))
            .collect()
    }

    /// What is in them, other than the host's own place.
    pub(super) fn children(&self) -> Vec<PathBuf> {
        self.dirs.iter().flat_map(|dir| below(dir)).collect()
    }
}

impl Drop for Delegation {
    fn drop(&mut self) {
        // Processes that were just killed keep a cgroup busy for a moment.
        let deadline = Instant::now() + Duration::from_secs(20);
        for dir in &self.dirs {
            while !remove(dir) && Instant::now() < deadline {
                std::thread::sleep(Duration::from_millis(20));
            }
        }
    }
}

/// The directories below a cgroup, deepest last.
fn below(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let mut found = Vec::new();
    for entry in entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())) {
        found.push(entry.path());
        found.extend(below(&entry.path()));
    }
    found
}

fn remove(dir: &Path) -> bool {
    for child in below(dir).into_iter().rev() {
        let _ = fs::remove_dir(child);
    }
    fs::remove_dir(dir).is_ok() || !dir.exists()
}

/// The cgroups that this process is in, where they can hold something.
fn own() -> Vec<PathBuf> {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let (mounts, own) = (read("/proc/self/mountinfo"), read("/proc/self/cgroup"));
    let mut dirs = Vec::new();
    for line in own.lines() {
        let mut parts = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(path)) = (parts.next(), parts.next()) else {
            continue;
        };
        let Some(mount) = mount_of(&mounts, controllers) else {
            continue;
        };
        let dir = mount.join(path.trim_start_matches('/'));
        // Version 2 has ways to freeze and to kill even where it has no controller.
        let useful =
            controllers.is_empty() || controllers.split(',').any(|one| CONTROLLERS.contains(&one));
        if useful && !dirs.contains(&dir) {
            dirs.push(dir);
        }
    }
    dirs
}

/// Where a hierarchy is mounted: `controllers` is empty for version 2.
fn mount_of(mounts: &str, controllers: &str) -> Option<PathBuf> {
    let wanted: Vec<&str> = controllers.split(',').collect();
    mounts.lines().find_map(|line| {
        let (before, after) = line.split_once(" - ")?;
        let point = before.split(' ').nth(4)?;
        let mut after = after.split(' ');
        let (kind, options) = (after.next()?, after.nth(1)?);
        let is_it = match controllers {
            "" => kind == "cgroup2",
            _ => {
                kind == "cgroup"
                    && wanted
                        .iter()
                        .all(|one| options.split(',').any(|o| o == *one))
            }
        };
        is_it.then(|| PathBuf::from(point))
    })
}
