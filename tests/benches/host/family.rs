//! The processes of a host, and what they use.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};

/// How long is looked whether somebody works.
const LOOK: Duration = Duration::from_millis(30);
/// How much processor time all together may use meanwhile and still count as quiet.
const LITTLE: Duration = Duration::from_millis(1);
/// How long it may take until it is quiet.
const PATIENCE: Duration = Duration::from_mins(1);

/// A process below another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Process {
    /// Its id.
    pub(crate) id: u32,
    /// Who started it.
    pub(crate) parent: u32,
    /// The name of its program.
    pub(crate) name: String,
}

impl Process {
    /// Whether app code runs in it, or will.
    pub(crate) fn is_deno(&self) -> bool {
        self.name == "deno"
    }

    /// The memory that nobody shares with it, in bytes; `None` if it is gone.
    pub(crate) fn private_memory(&self) -> Option<u64> {
        let text = fs::read_to_string(format!("/proc/{}/smaps_rollup", self.id)).ok()?;
        let kib = |line: &str| line.split_whitespace().nth(1)?.parse::<u64>().ok();
        let private = text.lines().filter(|line| line.starts_with("Private_"));
        Some(private.filter_map(kib).sum::<u64>() << 10)
    }

    /// The name of the place of its host's control groups, if there are any.
    pub(crate) fn place_of_groups(&self) -> Option<String> {
        let text = fs::read_to_string(format!("/proc/{}/cgroup", self.id)).ok()?;
        let mut parts = text.split(['/', '\n']);
        parts
            .rfind(|part| part.starts_with("dropserver-"))
            .map(str::to_owned)
    }
}

/// All processes below this one.
pub(crate) fn below(id: u32) -> Vec<Process> {
    let mut children: BTreeMap<u32, Vec<Process>> = BTreeMap::new();
    let all = fs::read_dir("/proc").into_iter().flatten().flatten();
    for id in all.filter_map(|entry| entry.file_name().to_str()?.parse().ok()) {
        if let Some((parent, name)) = parent_and_name(id) {
            children
                .entry(parent)
                .or_default()
                .push(Process { id, parent, name });
        }
    }
    let (mut found, mut look) = (Vec::new(), vec![id]);
    while let Some(id) = look.pop() {
        for child in children.remove(&id).unwrap_or_default() {
            look.push(child.id);
            found.push(child);
        }
    }
    found
}

fn parent_and_name(id: u32) -> Option<(u32, String)> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let (before, after) = stat.rsplit_once(')')?;
    let name = before.split_once('(')?.1.to_owned();
    let mut fields = after.split_whitespace();
    // A zombie is gone but for its parent's attention.
    let alive = fields.next() != Some("Z");
    let parent = fields.next()?.parse().ok()?;
    alive.then_some((parent, name))
}

/// Waits until a process and those below it do nothing, and so many of them are Denos.
pub(crate) fn quiet(id: u32, denos: usize) -> Result<Vec<Process>> {
    let until = Instant::now() + PATIENCE;
    let mut before = (below(id), used(id));
    loop {
        thread::sleep(LOOK);
        let now = (below(id), used(id));
        let same: BTreeSet<_> = before.0.iter().collect();
        let same = same == now.0.iter().collect();
        let there = now.0.iter().filter(|process| process.is_deno()).count();
        if same && there == denos && now.1.saturating_sub(before.1) < LITTLE {
            return Ok(now.0);
        }
        ensure!(
            Instant::now() < until,
            "{there} sandboxes are there instead of {denos}, or they do not come to rest"
        );
        before = now;
    }
}

/// The processor time of all of them.
fn used(id: u32) -> Duration {
    let all = below(id).into_iter().map(|process| process.id);
    // Not our own: looking is work.
    let own = rustix::thread::gettid().as_raw_nonzero().to_string();
    let threads = all.chain([id]).flat_map(|id| {
        let tasks = fs::read_dir(format!("/proc/{id}/task"));
        tasks.into_iter().flatten().flatten()
    });
    let threads = threads.filter(|thread| *thread.file_name() != *own);
    let nanos = threads.filter_map(|thread| {
        let text = fs::read_to_string(thread.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(nanos.sum())
}

/// How many control groups there are in a host's place, whichever controllers they are for.
pub(crate) fn groups(place: &str) -> usize {
    let (mut count, mut look) = (0, vec![(PathBuf::from("/sys/fs/cgroup"), 0)]);
    while let Some((dir, depth)) = look.pop() {
        let in_place = dir.file_name().is_some_and(|name| name == place);
        let entries = fs::read_dir(&dir).into_iter().flatten().flatten();
        for entry in entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())) {
            if in_place {
                count += 1;
            } else if depth < 8 {
                look.push((entry.path(), depth + 1));
            }
        }
    }
    count
}
