//! How much memory the host has.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{Version, parse, stats};

/// The memory of the host and its sandboxes together, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HostMemory {
    /// The machine's, or the least limit of the control groups that the host runs in.
    pub limit: Option<u64>,
    /// What is left of it now.
    pub available: Option<u64>,
}

impl HostMemory {
    /// Reads it; takes less than a millisecond.
    #[must_use]
    pub fn read() -> Self {
        Self::read_in(Path::new("/proc"))
    }

    pub(super) fn read_in(proc: &Path) -> Self {
        let meminfo = fs::read_to_string(proc.join("meminfo")).unwrap_or_default();
        let bytes = |key| parse::field(&meminfo, key).map(|kib| kib.saturating_mul(1024));
        let mut memory = Self {
            limit: bytes("MemTotal"),
            available: bytes("MemAvailable"),
        };
        let own = fs::read_to_string(proc.join("self/cgroup")).unwrap_or_default();
        let mounts = fs::read_to_string(proc.join("self/mountinfo")).unwrap_or_default();
        let (own, mounts) = (parse::own(&own), parse::mounts(&mounts));
        if let Some(found) = parse::own_v1(&own, &mounts, "memory") {
            memory.bound_by(Version::V1, &found);
        } else if let Some(found) = parse::own_v2(&own, &mounts) {
            memory.bound_by(Version::V2, &found);
        }
        memory
    }

    /// Every group from the host's own up to the top may have a limit.
    fn bound_by(&mut self, version: Version, (top, own): &(PathBuf, PathBuf)) {
        let file = match version {
            Version::V1 => "memory.limit_in_bytes",
            Version::V2 => "memory.max",
        };
        for dir in own.ancestors().take_while(|dir| dir.starts_with(top)) {
            let text = fs::read_to_string(dir.join(file)).unwrap_or_default();
            let Some(limit) = parse::limit(&text) else {
                continue;
            };
            let used = stats::working_set(version, dir).unwrap_or(0);
            self.limit = Some(self.limit.map_or(limit, |l| l.min(limit)));
            let left = limit.saturating_sub(used);
            self.available = Some(self.available.map_or(left, |a| a.min(left)));
        }
    }
}
