//! `[sandbox]` and `[egress]`: what app code may use, and reach.

use std::time::Duration;

use ds_core::limits::LimitKey;

use super::reader::Section;

/// Bounds of sandboxes: of each, where an appspace has none of its own, and of all together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sandbox {
    /// How long a sandbox may do nothing before it is stopped.
    pub idle: Duration,
    /// How long an app may take to get ready.
    pub start: Duration,
    /// How long an app may take to answer.
    pub response: Duration,
    /// How long an app may take to migrate an appspace's data.
    pub migration: Duration,
    /// The JavaScript heap, in MiB.
    pub heap_mib: u32,
    /// All memory of a sandbox, in MiB.
    pub memory_mib: u32,
    /// How fast a sandbox may use processor time, in percent of one processor.
    pub cpu_percent: u32,
    /// How much processor time a sandbox may use within ten minutes.
    pub cpu_time: Duration,
    /// Threads of a sandbox.
    pub threads: u32,
    /// Files and connections that a sandbox has open at once.
    pub open_files: u32,
    /// An appspace's directory, in MiB.
    pub disk_mib: u32,
    /// A request's body, in MiB.
    pub request_mib: u32,
    /// An appspace's log, in MiB.
    pub log_mib: u32,
    /// How many sandboxes wait with the runtime loaded, so that an appspace wakes at once.
    pub warm: u32,
    /// The memory of all sandboxes together, in MiB; 0 for half of what the host may use.
    pub memory_budget_mib: u32,
    /// How long a request waits for room on a busy host.
    pub queue: Duration,
    /// How much of the disk stays free, in MiB: beyond, sandboxes that write are stopped.
    pub free_space_mib: u32,
    /// Whether app code runs where the machine has no namespaces to confine it.
    pub allow_without_namespaces: bool,
}

/// What apps may reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Egress {
    /// Whether owners may let their apps reach other hosts.
    pub enabled: bool,
    /// Private addresses that apps may reach nevertheless, as `10.1.0.0/16`.
    pub allow: Vec<ds_net::IpNet>,
}

pub(super) fn sandbox(section: Section<'_, '_>) -> Sandbox {
    let number = |key, least, most, default| section.number(key, least..=most).unwrap_or(default);
    let seconds = |key, most, default| {
        let number = number(key, 1, most, default);
        Duration::from_secs(number.into())
    };
    let limit = |key: LimitKey, default| {
        let (least, most) = key.range();
        number(key.name(), least, most, default)
    };
    let memory_mib = limit(LimitKey::MemoryMib, 512);
    let sandbox = Sandbox {
        idle: seconds("idle_seconds", 86_400, 300),
        start: seconds("start_seconds", 600, 20),
        response: seconds("response_seconds", 3_600, 60),
        migration: seconds("migration_seconds", 86_400, 600),
        heap_mib: limit(LimitKey::HeapMib, 256.min(memory_mib)),
        memory_mib,
        cpu_percent: limit(LimitKey::CpuPercent, 100),
        cpu_time: Duration::from_secs(limit(LimitKey::CpuSeconds, 300).into()),
        threads: limit(LimitKey::Threads, 64),
        open_files: limit(LimitKey::OpenFiles, 512),
        disk_mib: limit(LimitKey::DiskMib, 10_240),
        request_mib: limit(LimitKey::RequestMib, 1_024),
        log_mib: number("log_mib", 1, 1_024, 4),
        warm: number("warm", 0, 64, 2),
        memory_budget_mib: number("memory_budget_mib", 0, 1 << 26, 0),
        queue: seconds("queue_seconds", 300, 10),
        free_space_mib: number("free_space_mib", 0, 1 << 26, 512),
        allow_without_namespaces: section.flag("allow_without_namespaces").unwrap_or(false),
    };
    if sandbox.heap_mib > sandbox.memory_mib {
        let problem = format!("is more than memory_mib, {}", sandbox.memory_mib);
        section.complain("heap_mib", problem);
    }
    section.finish();
    sandbox
}

pub(super) fn egress(section: Section<'_, '_>) -> Egress {
    let egress = Egress {
        enabled: section.flag("enabled").unwrap_or(true),
        allow: section.list("allow").unwrap_or_default(),
    };
    section.finish();
    egress
}
