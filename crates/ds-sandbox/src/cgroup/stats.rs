//! What a control group's processes use.

use std::{fs, path::Path, time::Duration};

use super::{
    Version,
    controller::{Branch, Part, branch_of},
    parse,
};

/// Readings of a group; what the machine does not count is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CgroupStats {
    /// Processor time used so far.
    pub cpu: Option<Duration>,
    /// Memory in bytes, without what the kernel keeps of files and can drop at any time.
    pub memory: Option<u64>,
    /// The most memory there was, in bytes, with such files.
    pub peak: Option<u64>,
    /// How many processes were killed because there was no more memory for them.
    pub oom_kills: Option<u64>,
    /// Processes and threads.
    pub pids: Option<u64>,
}

impl CgroupStats {
    pub(super) fn read(branches: &[Branch]) -> Self {
        let memory = branch_of(branches, Part::Memory);
        Self {
            cpu: branch_of(branches, Part::CpuTime).and_then(cpu),
            memory: memory.and_then(|b| working_set(b.version, &b.dir)),
            peak: memory
                .and_then(|b| number(&b.dir, by(b, "memory.max_usage_in_bytes", "memory.peak"))),
            oom_kills: memory.and_then(|b| {
                field(
                    &b.dir,
                    by(b, "memory.oom_control", "memory.events"),
                    "oom_kill",
                )
            }),
            pids: branch_of(branches, Part::Pids).and_then(|b| number(&b.dir, "pids.current")),
        }
    }
}

fn by(branch: &Branch, v1: &'static str, v2: &'static str) -> &'static str {
    match branch.version {
        Version::V1 => v1,
        Version::V2 => v2,
    }
}

fn cpu(branch: &Branch) -> Option<Duration> {
    match branch.version {
        Version::V1 => number(&branch.dir, "cpuacct.usage").map(Duration::from_nanos),
        Version::V2 => field(&branch.dir, "cpu.stat", "usage_usec").map(Duration::from_micros),
    }
}

/// The memory of a group and those below it, without files that can be dropped.
pub(super) fn working_set(version: Version, dir: &Path) -> Option<u64> {
    let (usage, files) = match version {
        Version::V1 => ("memory.usage_in_bytes", "total_inactive_file"),
        Version::V2 => ("memory.current", "inactive_file"),
    };
    let files = field(dir, "memory.stat", files).unwrap_or(0);
    Some(number(dir, usage)?.saturating_sub(files))
}

fn number(dir: &Path, file: &str) -> Option<u64> {
    parse::number(&fs::read_to_string(dir.join(file)).ok()?)
}

fn field(dir: &Path, file: &str, key: &str) -> Option<u64> {
    parse::field(&fs::read_to_string(dir.join(file)).ok()?, key)
}
