//! What a snapshot costs: how long people are kept out of an appspace, and what the second one takes and stores.

mod disk;
mod poll;
mod tree;

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};

use crate::{
    host::Host,
    numbers::{Mib, Time, median},
    report::Report,
    running::program,
    setup::Setup,
};
use disk::Disk;
use poll::Poll;
use tree::Tree;

/// How much longer than the copy of its data an appspace may be closed.
const MOST: Duration = Duration::from_millis(100);
/// How much of the appspace is changed before the second snapshot.
const CHANGED: u64 = 100;
/// What the second snapshot may store of what the appspace has, in percent.
const STORED: f64 = 2.0;
/// What it may take of the time of the first.
const QUICKER: f64 = 0.2;

pub(crate) fn measure(setup: &Setup, report: &mut Report) -> Result<()> {
    let size = setup.choose(400 << 20, 40 << 20);
    pause(setup, report, "snapshots", "cp -a", size)?;
    match Disk::mount(setup, "shared-blocks")? {
        Ok(disk) => {
            let peer = format!("cp -a on {}", disk.kind);
            pause(setup, report, "shared-blocks", &peer, size)?;
        }
        Err(why) => report.note(format!("no file system that shares blocks: {why}")),
    }
    second(setup, report)
}

/// An appspace with a tree of files.
struct Filled {
    host: Host,
    files: PathBuf,
    tree: Tree,
    data: PathBuf,
}

impl Filled {
    fn new(setup: &Setup, name: &str, size: u64) -> Result<Self> {
        let host = Host::with_app(setup, name)?;
        let data = setup.dir(name)?.join("data");
        let listed = host.ask(&["appspace", "list"], "")?;
        let id = listed["appspaces"][0]["id"].as_str();
        let id = id.context("there is no appspace")?;
        let files = data.join("appspaces").join(id).join("data/files");
        let tree = Tree::write(&files.join("tree"), size)?;
        Ok(Self {
            host,
            files,
            tree,
            data,
        })
    }

    /// Takes a snapshot; how long that took.
    fn snapshot(&self) -> Result<Duration> {
        let start = Instant::now();
        self.host.ask(&["backup", "create", "bench"], "")?;
        Ok(start.elapsed())
    }
}

fn pause(setup: &Setup, report: &mut Report, name: &str, peer: &str, size: u64) -> Result<()> {
    let filled = Filled::new(setup, name, size)?;
    let copy = setup.dir(name)?.join("copy");
    let (mut pauses, mut copies, mut more, mut usual) = (vec![], vec![], vec![], vec![]);
    let rounds = setup.choose(7, 3);
    for _ in 0..rounds {
        // What did not change would not be cloned again.
        filled.tree.touch()?;
        let poll = Poll::start(filled.host.asking("/hello"))?;
        filled.snapshot()?;
        let seen = poll.end()?;
        let took = copy_all(&filled.files, &copy)?;
        pauses.push(seen.longest.as_secs_f64());
        usual.push(seen.usual.as_secs_f64());
        copies.push(took.as_secs_f64());
        more.push(seen.longest.as_secs_f64() - took.as_secs_f64());
    }
    tree::settle();
    filled.snapshot()?;
    let mut short = vec![];
    for _ in 0..rounds {
        let poll = Poll::start(filled.host.asking("/hello"))?;
        filled.snapshot()?;
        short.push(poll.end()?.longest.as_secs_f64());
    }
    let files = filled.tree.count();
    report.figure(
        &format!("{} in {files} files, {peer}", Mib(filled.tree.bytes_f64())),
        Time::seconds(median(copies)?),
    );
    report.figure("between two answers, p50", Time::seconds(median(usual)?));
    report.figure(
        "between two answers, longest, with a snapshot of files that all changed",
        Time::seconds(median(pauses)?),
    );
    report.figure(
        "between two answers, longest, with one of files that did not",
        Time::seconds(median(short)?),
    );
    let more = median(more)?;
    report.target(
        &format!("closed for longer than {peer} takes"),
        Time::seconds(more),
        format!("≤ {}", Time(MOST)),
        more <= MOST.as_secs_f64(),
    );
    Ok(())
}

/// What people would do without a snapshot.
fn copy_all(from: &Path, to: &Path) -> Result<Duration> {
    let start = Instant::now();
    let copied = program("cp").arg("-a").args([from, to]).status()?;
    let took = start.elapsed();
    ensure!(copied.success(), "cp failed");
    std::fs::remove_dir_all(to)?;
    Ok(took)
}

fn second(setup: &Setup, report: &mut Report) -> Result<()> {
    let size = setup.choose(1 << 30, 100 << 20);
    let filled = Filled::new(setup, "second", size)?;
    let repository = filled.data.join("snapshots");
    tree::settle();
    let first = filled.snapshot()?;
    let before = tree::size(&repository)?;
    let changed = filled.tree.change(size / CHANGED)?;
    let again = filled.snapshot()?;
    let stored = tree::size(&repository)?.saturating_sub(before);

    let bytes = Mib(filled.tree.bytes_f64());
    let files = filled.tree.count();
    report.figure(
        &format!("first snapshot of {bytes} in {files} files"),
        Time(first),
    );
    report.figure("changed before the second", Mib(tree::float(changed)));
    report.figure("second snapshot", Time(again));
    let percent = tree::float(stored) * 100.0 / filled.tree.bytes_f64();
    report.target(
        "second snapshot, stored of the appspace's bytes",
        format!("{percent:.2} %"),
        format!("≤ {STORED:.0} %"),
        percent <= STORED,
    );
    let ratio = again.as_secs_f64() / first.as_secs_f64();
    report.at_most("second snapshot, time", ratio, "the first", QUICKER);
    Ok(())
}
