//! One sandbox's control group.

use std::{
    io,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use super::{
    Version,
    controller::{Branch, Part, branch_of},
    files,
    stats::CgroupStats,
    sweep,
};

/// How often the kernel compares processor time with its bound.
const PERIOD_US: u64 = 100_000;

/// A group of processes with bounds. Where a controller is missing, its limit does nothing, and
/// [`super::Cgroups::has`] tells.
///
/// Dropping it does not block: what it left is removed when the next group is made, or by the next host.
#[derive(Debug)]
pub struct Cgroup {
    branches: Vec<Branch>,
    dropped: Dropped,
    removed: AtomicBool,
}

impl Cgroup {
    pub(super) fn make(above: &[Branch], id: &str, dropped: &Dropped) -> io::Result<Self> {
        let mut group = Self {
            branches: Vec::with_capacity(above.len()),
            dropped: dropped.clone(),
            removed: false.into(),
        };
        for branch in above {
            let dir = branch.dir.join(id);
            // A failure drops the group with the directories that were made.
            files::make_dir(&dir)?;
            group.branches.push(Branch {
                dir,
                ..branch.clone()
            });
        }
        Ok(group)
    }

    /// Moves a process with all its threads into the group; what it starts later is in it from the start.
    /// Processes that it started before stay where they are.
    ///
    /// # Errors
    /// If there is no such process or it may not be moved.
    pub fn add(&self, pid: u32) -> io::Result<()> {
        for branch in &self.branches {
            files::write(&branch.dir.join("cgroup.procs"), &pid.to_string())?;
        }
        Ok(())
    }

    /// Bounds all memory of the group, in bytes; nothing of it is swapped out. Whoever wants more is killed.
    ///
    /// # Errors
    /// If the kernel refuses, such as when more is in use already.
    pub fn limit_memory(&self, bytes: u64) -> io::Result<()> {
        let Some(branch) = branch_of(&self.branches, Part::Memory) else {
            return Ok(());
        };
        match branch.version {
            Version::V1 => limit_memory_v1(&branch.dir, &bytes.to_string()),
            Version::V2 => {
                write_if_there(&branch.dir.join("memory.swap.max"), "0")?;
                write_if_there(&branch.dir.join("memory.oom.group"), "1")?;
                files::write(&branch.dir.join("memory.max"), &bytes.to_string())
            }
        }
    }

    /// Bounds how many processes and threads there are.
    ///
    /// # Errors
    /// If the kernel refuses.
    pub fn limit_pids(&self, most: u32) -> io::Result<()> {
        self.write(Part::Pids, "pids.max", &most.to_string())
    }

    /// Bounds how fast processor time is used, in percent of one processor.
    ///
    /// # Errors
    /// If the kernel refuses.
    pub fn limit_cpu(&self, percent: u32) -> io::Result<()> {
        let Some(branch) = branch_of(&self.branches, Part::Cpu) else {
            return Ok(());
        };
        let quota = u64::from(percent.max(1)) * PERIOD_US / 100;
        match branch.version {
            Version::V1 => {
                let period = branch.dir.join("cpu.cfs_period_us");
                files::write(&period, &PERIOD_US.to_string())?;
                files::write(&branch.dir.join("cpu.cfs_quota_us"), &quota.to_string())
            }
            Version::V2 => {
                files::write(&branch.dir.join("cpu.max"), &format!("{quota} {PERIOD_US}"))
            }
        }
    }

    /// What its processes use and have used.
    #[must_use]
    pub fn stats(&self) -> CgroupStats {
        CgroupStats::read(&self.branches)
    }

    /// Kills all processes in it. It can only be removed then.
    ///
    /// # Errors
    /// If one may not be killed.
    pub fn kill(&self) -> io::Result<()> {
        sweep::kill(&self.dirs())
    }

    /// Stops all processes in it a moment later, until [`Cgroup::thaw`]. `false` means that this machine cannot.
    ///
    /// # Errors
    /// If the kernel refuses.
    pub fn freeze(&self) -> io::Result<bool> {
        self.set_frozen("1")
    }

    /// Lets them go on.
    ///
    /// # Errors
    /// If the kernel refuses.
    pub fn thaw(&self) -> io::Result<bool> {
        self.set_frozen("0")
    }

    /// Kills what runs in it, waits until that is gone, and removes the group.
    ///
    /// # Errors
    /// If something does not end within a few seconds.
    pub fn remove(&self) -> io::Result<()> {
        if self.removed.load(Ordering::Acquire) {
            return Ok(());
        }
        if !self.remove_now()? {
            for dir in self.dirs() {
                sweep::remove(dir)?;
            }
        }
        self.removed.store(true, Ordering::Release);
        Ok(())
    }

    /// Tries without waiting.
    fn remove_now(&self) -> io::Result<bool> {
        self.kill()?;
        let mut all = true;
        for dir in self.dirs() {
            all &= sweep::remove_empty(dir)?;
        }
        Ok(all)
    }

    fn dirs(&self) -> Vec<&Path> {
        self.branches.iter().map(|b| b.dir.as_path()).collect()
    }

    fn write(&self, part: Part, file: &str, text: &str) -> io::Result<()> {
        match branch_of(&self.branches, part) {
            Some(branch) => files::write(&branch.dir.join(file), text),
            None => Ok(()),
        }
    }

    fn set_frozen(&self, state: &str) -> io::Result<bool> {
        match self.branches.iter().find(|b| b.version == Version::V2) {
            Some(branch) => files::write(&branch.dir.join("cgroup.freeze"), state).map(|()| true),
            None => Ok(false),
        }
    }
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        if !*self.removed.get_mut() {
            self.dropped.push(std::mem::take(&mut self.branches));
        }
    }
}

/// Memory with swap is never less than memory without, so which is written first depends on what was there.
fn limit_memory_v1(dir: &Path, bytes: &str) -> io::Result<()> {
    let memory = dir.join("memory.limit_in_bytes");
    let with_swap = dir.join("memory.memsw.limit_in_bytes");
    if !with_swap.exists() {
        write_if_there(&dir.join("memory.swappiness"), "0")?;
        return files::write(&memory, bytes);
    }
    if files::write(&memory, bytes).is_ok() {
        return files::write(&with_swap, bytes);
    }
    files::write(&with_swap, bytes)?;
    files::write(&memory, bytes)
}

fn write_if_there(path: &Path, text: &str) -> io::Result<()> {
    if path.exists() {
        files::write(path, text)
    } else {
        Ok(())
    }
}

/// Groups that were dropped and are to be removed when somebody may wait.
#[derive(Clone, Debug, Default)]
pub(super) struct Dropped(Arc<Mutex<Vec<PathBuf>>>);

impl Dropped {
    fn push(&self, branches: Vec<Branch>) {
        let mut dirs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        dirs.extend(branches.into_iter().map(|b| b.dir));
    }

    /// Removes what can be removed now.
    pub(super) fn sweep(&self) {
        let dirs = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if dirs.is_empty() {
            return;
        }
        let left = dirs.into_iter().filter(|dir| {
            let gone = sweep::remove_empty(dir).unwrap_or(false);
            !gone && sweep::kill(&[dir]).is_ok()
        });
        let left: Vec<_> = left.collect();
        let mut dirs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        dirs.extend(left);
    }
}
