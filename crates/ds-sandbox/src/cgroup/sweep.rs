//! Ending what runs in control groups, and removing them.

use std::{
    collections::HashSet,
    fs, io,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, getpid, kill_process};

use super::files;

/// How long processes may take to be gone after they were killed.
const PATIENCE: Duration = Duration::from_secs(3);
/// How deep groups are looked for; our own are one below the place for all.
const DEEPEST: usize = 4;
/// How often a group is looked through for processes that were started meanwhile.
const ROUNDS: usize = 16;

/// Kills all processes of a group that `dirs` show in its hierarchies. Afterwards the group is good for nothing.
pub(super) fn kill(dirs: &[&Path]) -> io::Result<()> {
    if dirs.iter().filter(|dir| kill_at_once(dir)).count() == dirs.len() {
        return Ok(());
    }
    // What is killed one by one must not start others meanwhile.
    for dir in dirs {
        let most = dir.join("pids.max");
        if most.exists() {
            files::write(&most, "0")?;
        }
    }
    let mut killed = HashSet::new();
    for _ in 0..ROUNDS {
        let mut found = false;
        for pid in dirs.iter().flat_map(|dir| processes(dir)) {
            if killed.insert(pid) {
                found = true;
                kill_one(pid)?;
            }
        }
        if !found {
            break;
        }
    }
    Ok(())
}

/// Version 2 can, since Linux 5.14.
fn kill_at_once(dir: &Path) -> bool {
    let file = dir.join("cgroup.kill");
    file.exists() && files::write(&file, "1").is_ok()
}

fn kill_one(pid: Pid) -> io::Result<()> {
    match kill_process(pid, Signal::KILL) {
        Ok(()) | Err(rustix::io::Errno::SRCH) => Ok(()),
        Err(e) => Err(e.into()),
    }
}

/// The processes of a group, without ourselves and those we cannot name.
fn processes(dir: &Path) -> Vec<Pid> {
    let text = fs::read_to_string(dir.join("cgroup.procs")).unwrap_or_default();
    text.lines()
        .filter_map(|line| Pid::from_raw(line.parse().ok()?))
        .filter(|pid| *pid != getpid() && !pid.is_init())
        .collect()
}

/// Kills what is in a directory of groups and below it, and removes it. That it is not there is fine.
pub(super) fn remove(dir: &Path) -> io::Result<()> {
    remove_below(dir, DEEPEST, Instant::now() + PATIENCE)
}

fn remove_below(dir: &Path, depth: usize, deadline: Instant) -> io::Result<()> {
    if depth > 0 {
        for child in children(dir)? {
            remove_below(&child, depth - 1, deadline)?;
        }
    }
    remove_one(dir, deadline)
}

fn children(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(files::failed("read", dir, e)),
    };
    Ok(entries
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_ok_and(|t| t.is_dir()))
        .map(|entry| entry.path())
        .collect())
}

/// A killed process leaves its group a moment later, and until then the directory is busy.
fn remove_one(dir: &Path, deadline: Instant) -> io::Result<()> {
    let mut pause = Duration::from_micros(200);
    loop {
        if remove_empty(dir)? {
            return Ok(());
        }
        kill(&[dir])?;
        if Instant::now() >= deadline {
            let source = io::Error::from(io::ErrorKind::ResourceBusy);
            return Err(files::failed("remove", dir, source));
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

/// Removes a group that nothing runs in; `false` means that something does.
pub(super) fn remove_empty(dir: &Path) -> io::Result<bool> {
    use io::ErrorKind::{DirectoryNotEmpty, NotFound, ResourceBusy};
    match fs::remove_dir(dir) {
        Ok(()) => Ok(true),
        Err(e) if e.kind() == NotFound => Ok(true),
        Err(e) if matches!(e.kind(), ResourceBusy | DirectoryNotEmpty) => Ok(false),
        Err(e) => Err(files::failed("remove", dir, e)),
    }
}
