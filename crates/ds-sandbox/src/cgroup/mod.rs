//! Bounds that the kernel keeps: memory, processes and processor time, by control groups.
//!
//! A controller is used where the machine has it, in version 1 or 2, also when some are here and some there.
//! All of a host's groups are below `dropserver-<name>` in the group that the host itself runs in, so that
//! a host needs no rights but over its own group: root has them, and an ordinary user to whom the
//! group was delegated.
//!
//! Everything here blocks, most of it for microseconds. Two calls are slow: [`Cgroup::add`] waits up to 12 ms in
//! the kernel if nothing was moved shortly before, and [`Cgroup::remove`] waits for processes to be gone.

mod controller;
mod files;
mod find;
mod group;
mod host;
mod parse;
mod stats;
mod sweep;
#[cfg(test)]
mod tests;
mod v2;

use std::{io, path::Path};

use self::{controller::Branch, group::Dropped};
pub use self::{
    controller::{Controller, Controllers, NoCgroups, Version},
    group::Cgroup,
    host::HostMemory,
    stats::CgroupStats,
};

/// The place for the groups of one host's sandboxes.
#[derive(Debug)]
pub struct Cgroups {
    branches: Vec<Branch>,
    why: Vec<(Controller, String)>,
    dropped: Dropped,
}

impl Cgroups {
    /// Looks for controllers and makes `dropserver-<name>` in each. What an earlier host of this name left there
    /// is killed and removed. On version 2 the host may move itself to a group `host` below its own.
    ///
    /// # Errors
    /// If no controller can be used.
    pub fn find(name: &str) -> Result<Self, NoCgroups> {
        Self::find_in(Path::new("/proc"), name)
    }

    fn find_in(proc: &Path, name: &str) -> Result<Self, NoCgroups> {
        let (branches, why) = find::find(proc, name)?;
        Ok(Self {
            branches,
            why,
            dropped: Dropped::default(),
        })
    }

    /// Which controllers are used, and their versions.
    #[must_use]
    pub fn has(&self) -> Controllers {
        Controllers::of(&self.branches)
    }

    /// Why the others are not used, in words for whoever runs the host.
    #[must_use]
    pub fn why(&self) -> &[(Controller, String)] {
        &self.why
    }

    /// Makes an empty group without limits.
    ///
    /// # Errors
    /// If the id is no plain name, is taken, or the kernel refuses.
    pub fn make(&self, id: &str) -> io::Result<Cgroup> {
        self.dropped.sweep();
        files::plain_name(id)?;
        Cgroup::make(&self.branches, id, &self.dropped)
    }

    /// The most memory the host and its sandboxes can have together: the machine's, or the least that a group
    /// they run in may use.
    #[must_use]
    pub fn memory_limit_of_host() -> Option<u64> {
        HostMemory::read().limit
    }

    /// Kills what is left in the groups and removes them and the place. For a host that stops.
    ///
    /// # Errors
    /// If something cannot be removed; the next host of this name tries again.
    pub fn close(&self) -> io::Result<()> {
        for branch in &self.branches {
            sweep::remove(&branch.dir)?;
        }
        Ok(())
    }
}

impl Drop for Cgroups {
    /// Leaves nothing behind if nothing is in it; what is left otherwise, the next host of this name removes.
    fn drop(&mut self) {
        self.dropped.sweep();
        for branch in &self.branches {
            let _ = sweep::remove_empty(&branch.dir);
        }
    }
}
