//! Many appspaces woken at once, in little memory.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use ds_sandbox::{Cgroup, Cgroups};

use crate::{
    deno::HELLO,
    fleet::{App, Fleet},
    numbers::{Mib, Time, percentile},
    probe::Ask,
    report::Report,
    setup::Setup,
};

/// What the host is told: starts and the line before them take longer than usual when so many come at once.
const CONFIG: &str = "start_seconds = 60\nqueue_seconds = 60";
/// How often memory is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// The control group that the host and its sandboxes are in.
struct Bounds {
    group: Cgroup,
    all: Cgroups,
}

pub(crate) fn measure(setup: &Setup, report: &mut Report) -> Result<()> {
    let (count, mib) = setup.choose((200, 4096), (40, 1024));
    let bounds = match Bounds::make(mib << 20) {
        Ok(bounds) => bounds,
        Err(why) => {
            report.note(format!("not measured here: {why:#}"));
            return Ok(());
        }
    };
    let app = App::hello();
    let fleet = Fleet::make(setup, "burst", &[&app], count)?;
    let host = fleet.start(CONFIG, Some(&bounds.group))?;
    let asks: Vec<Ask> = (0..count).map(|number| app.waking(&host, number)).collect();
    let start = Instant::now();
    let (answers, peak) = bounds.watched(|| all_at_once(&asks));
    let total = start.elapsed();
    let stats = bounds.group.stats();
    drop(host);

    let (mut times, mut failures) = (Vec::new(), Vec::new());
    for answer in answers {
        match answer {
            Ok(time) => times.push(time),
            Err(error) => failures.push(error),
        }
    }
    report.figure("all answered after", Time(total));
    if !times.is_empty() {
        report.figure(
            "request to first byte, p50",
            Time(percentile(&mut times, 50)?),
        );
        report.figure(
            "request to first byte, p99",
            Time(percentile(&mut times, 99)?),
        );
    }
    let (failed, none) = (failures.len(), failures.is_empty());
    report.target("requests that failed", failed, "0", none);
    let bytes =
        |bytes: u64| Mib(f64::from(u32::try_from(bytes >> 10).unwrap_or(u32::MAX)) * 1024.0);
    let cap = mib << 20;
    report.target(
        "most memory, of host and sandboxes",
        bytes(peak),
        format!("< {}", bytes(cap)),
        peak < cap,
    );
    if let Some(kills) = stats.oom_kills {
        report.target("ended for lack of memory", kills, "0", kills == 0);
    }
    if let Some(error) = failures.first() {
        report.note(format!("the first that failed: {error:#}"));
    }
    report.note(format!(
        "{count} appspaces, {mib} MiB, files that the kernel could drop not counted; configured: {}",
        CONFIG.replace('\n', ", ")
    ));
    bounds.remove()
}

/// Sends all requests at the same moment: how long each took, in any order.
fn all_at_once(asks: &[Ask]) -> Vec<Result<Duration>> {
    thread::scope(|scope| {
        let one = |ask: &Ask| {
            let start = Instant::now();
            let answer = ask.expect(HELLO.len())?;
            Ok(answer.first_byte.duration_since(start))
        };
        let threads: Vec<_> = asks
            .iter()
            .map(|ask| scope.spawn(move || one(ask)))
            .collect();
        let done = threads.into_iter().map(thread::ScopedJoinHandle::join);
        done.map(|done| done.unwrap_or_else(|_| Err(anyhow::anyhow!("a thread ended early"))))
            .collect()
    })
}

impl Bounds {
    fn make(memory: u64) -> Result<Self> {
        let all = Cgroups::find(&format!("bench-{}", std::process::id()));
        let all = all.context("no control groups can be made")?;
        ensure!(
            all.has().memory.is_some(),
            "memory cannot be bounded: {:?}",
            all.why()
        );
        let group = all.make("burst")?;
        group.limit_memory(memory)?;
        Ok(Self { group, all })
    }

    /// Does something and tells how much memory there was at most meanwhile.
    fn watched<T>(&self, work: impl FnOnce() -> T) -> (T, u64) {
        let done = AtomicBool::new(false);
        thread::scope(|scope| {
            let peak = scope.spawn(|| {
                let mut peak = 0;
                while !done.load(Ordering::Relaxed) {
                    peak = peak.max(self.group.stats().memory.unwrap_or_default());
                    thread::sleep(LOOK);
                }
                peak
            });
            let result = work();
            done.store(true, Ordering::Relaxed);
            (result, peak.join().unwrap_or(u64::MAX))
        })
    }

    fn remove(self) -> Result<()> {
        self.group.remove()?;
        self.all.close()?;
        Ok(())
    }
}
