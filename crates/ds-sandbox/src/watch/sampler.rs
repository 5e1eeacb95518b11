//! Reading what a sandbox uses.

use std::{path::PathBuf, sync::Arc, time::Instant};

use super::{
    Sample,
    pace::{Activity, Pace},
    process::Process,
    tree,
};
use crate::Cgroup;

/// Beyond the limit by one part in so many, measuring stops: it is too much, however much it is.
const WELL_OVER: u64 = 8;

/// Directories that a sandbox can write to.
#[derive(Clone, Debug)]
pub struct DiskWatch {
    /// All of them, on one file system.
    pub dirs: Vec<PathBuf>,
    /// How large they may be together, in bytes.
    pub limit: u64,
}

/// Reads what one sandbox uses. Every call blocks: 0.1 to 0.3 ms, and longer when directories are measured, which
/// takes 1 to 2 µs for each file and at most half of the time altogether.
#[derive(Debug)]
pub struct Sampler {
    process: Process,
    cgroup: Option<Arc<Cgroup>>,
    disk: Option<(DiskWatch, Pace)>,
    last: Sample,
    activity: Activity,
    started: bool,
}

impl Sampler {
    /// For a process as the host sees it, the group it is in if there is one, and the directories it can write to.
    #[must_use]
    pub fn new(pid: u32, cgroup: Option<Arc<Cgroup>>, disk: Option<DiskWatch>) -> Self {
        let disk = disk.map(|watch| {
            let pace = Pace::new(watch.limit);
            (watch, pace)
        });
        Self {
            process: Process::new(pid),
            cgroup,
            disk,
            last: Sample::default(),
            activity: Activity::default(),
            started: false,
        }
    }

    /// What it uses now. The first sample measures no directories, so that a start need not wait for them. After
    /// it has ended it is what was counted last; a group still tells of memory that ran out.
    pub fn sample(&mut self) -> Sample {
        self.read(false)
    }

    /// The same, with its directories measured in any case.
    pub fn sample_with_disk(&mut self) -> Sample {
        self.read(true)
    }

    fn read(&mut self, measure: bool) -> Sample {
        let stats = self.cgroup.as_ref().map(|c| c.stats()).unwrap_or_default();
        let cpu = stats.cpu.or_else(|| self.process.cpu());
        let memory = stats.memory.or_else(|| self.process.memory());
        let mut sample = Sample {
            cpu: cpu.unwrap_or_default().max(self.last.cpu),
            memory: memory.unwrap_or(self.last.memory),
            oom_kills: stats.oom_kills.unwrap_or(0),
            ..Sample::default()
        };
        let activity = Activity {
            cpu: sample.cpu,
            // Of a process that has ended nobody knows more.
            written: self.process.written().or(self.activity.written),
        };
        sample.writing = activity.wrote_since(&self.activity);
        self.activity = activity;
        if let Some((watch, pace)) = &mut self.disk {
            sample.free_space = watch.dirs.first().and_then(|dir| tree::free_space(dir));
            let began = Instant::now();
            if measure || (self.started && pace.is_due(began, &activity)) {
                let enough = watch.limit.saturating_add(watch.limit / WELL_OVER);
                let open = self.process.open_files();
                let bytes = tree::measure(&watch.dirs, Some(&open), enough);
                let ended = Instant::now();
                pace.measured(ended, ended - began, bytes, activity);
                sample.disk = Some(bytes);
            }
        }
        self.last = sample;
        self.started = true;
        sample
    }
}
