//! What must not be left when a host has ended: processes and mounts. (Cgroups are in `cgroups`.)

use std::{
    collections::HashSet,
    fs,
    path::Path,
    time::{Duration, Instant},
};

/// A process for good: a number is used again, with another start.
pub(crate) type Process = (u32, u64);

/// Every process that descends from one, itself left out.
pub(crate) fn descendants(of: u32) -> Vec<Process> {
    let all: Vec<_> = processes().collect();
    let (mut found, mut parents) = (Vec::new(), HashSet::from([of]));
    loop {
        let before = found.len();
        for (process, parent) in &all {
            if parents.contains(parent) && parents.insert(process.0) {
                found.push(*process);
            }
        }
        if found.len() == before {
            return found;
        }
    }
}

/// Waits for processes to be gone; those that are not by then are named.
pub(crate) fn wait_until_gone(gone: &[Process], within: Duration) -> Vec<String> {
    let deadline = Instant::now() + within;
    loop {
        let all: HashSet<Process> = processes().map(|(process, _)| process).collect();
        let left: Vec<_> = gone.iter().filter(|one| all.contains(one)).collect();
        if left.is_empty() || Instant::now() > deadline {
            let name = |pid: u32| fs::read_to_string(format!("/proc/{pid}/cmdline"));
            return left
                .iter()
                .map(|(pid, _)| format!("{pid}: {}", name(*pid).unwrap_or_default()))
                .collect();
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Every process of a user.
pub(crate) fn of_user(id: u32) -> Vec<Process> {
    use std::os::unix::fs::MetadataExt as _;
    let is_theirs = |pid: u32| fs::metadata(format!("/proc/{pid}")).is_ok_and(|m| m.uid() == id);
    let all = processes().map(|(process, _)| process);
    all.filter(|process| is_theirs(process.0)).collect()
}

/// Mounts of this computer that have to do with a directory.
pub(crate) fn mounts(of: &Path) -> Vec<String> {
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap();
    let of = of.to_str().unwrap();
    let lines = mounts.lines().filter(|line| line.contains(of));
    lines.map(str::to_owned).collect()
}

/// Every process that runs, with its parent.
fn processes() -> impl Iterator<Item = (Process, u32)> {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    entries.filter_map(|entry| {
        let pid = entry.file_name().to_str()?.parse().ok()?;
        let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
        // The name before it may have anything in it.
        let rest: Vec<&str> = stat[stat.rfind(')')? + 2..].split(' ').collect();
        let is_dead = ["Z", "X"].contains(&rest[0]);
        (!is_dead).then_some(())?;
        Some(((pid, rest[19].parse().ok()?), rest[1].parse().ok()?))
    })
}
