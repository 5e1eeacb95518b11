//! What an appspace costs that nobody uses: awake, and asleep.

use std::{thread, time::Duration};

use anyhow::{Context as _, Result, ensure};

use crate::{
    deno::HELLO,
    family::{Process, below, groups, quiet},
    fleet::{App, Fleet},
    host::Host,
    numbers::Mib,
    report::Report,
    setup::Setup,
};

/// The private memory of an idle sandbox.
const MOST: f64 = 12.0 * 1024.0 * 1024.0;
/// How long a sandbox may do nothing here.
const IDLE: u64 = 5;
/// How long one has done nothing when it is measured.
const REST: Duration = Duration::from_secs(3);

/// What there is because of sandboxes.
struct Census {
    processes: usize,
    groups: usize,
}

pub(crate) fn measure(setup: &Setup, report: &mut Report) -> Result<()> {
    let app = App::hello();
    let count = setup.choose(20, 6);
    let fleet = Fleet::make(setup, "memory", &[&app], count)?;
    let host = fleet.start(&format!("warm = 0\nidle_seconds = {IDLE}"), None)?;
    (0..count).try_for_each(|number| app.meet(&host, number))?;
    // What a host keeps as soon as something was awake is not any appspace's.
    app.waking(&host, 0).expect(HELLO.len())?;
    quiet(host.id(), 1)?;
    quiet(host.id(), 0)?;
    let before = Census::of(&host);

    for number in 0..count {
        app.waking(&host, number).expect(HELLO.len())?;
    }
    thread::sleep(REST);
    let awake = below(host.id());
    let denos = awake.iter().filter(|it| it.is_deno());
    let denos: Vec<&Process> = denos.collect();
    let launchers = awake
        .iter()
        .filter(|it| denos.iter().any(|deno| deno.parent == it.id));
    let (deno, launcher) = (mean(&denos)?, mean(&launchers.collect::<Vec<_>>())?);
    ensure!(denos.len() == count, "{} are awake", denos.len());
    let during = Census::of(&host);

    quiet(host.id(), 0)?;
    let after = Census::of(&host);
    report.figure("private memory of Deno, awake and idle, mean", Mib(deno));
    report.figure("private memory of its launcher, mean", Mib(launcher));
    let both = deno + launcher;
    let target = format!("≤ {}", Mib(MOST));
    report.target("both together", Mib(both), target, both <= MOST);
    let more = |now: &Census| {
        let processes = now.processes.saturating_sub(before.processes);
        let groups = now.groups.saturating_sub(before.groups);
        (
            processes + groups,
            format!("{processes} processes, {groups} groups"),
        )
    };
    report.figure(&format!("{count} awake, beyond none"), more(&during).1);
    let (left, text) = more(&after);
    report.target("all asleep again, beyond none", text, "0", left == 0);
    report.note(format!(
        "{count} sandboxes, {} s after their only request",
        REST.as_secs()
    ));
    Ok(())
}

fn mean(of: &[&Process]) -> Result<f64> {
    let all = of.iter().map(|process| process.private_memory());
    let all: Option<Vec<u64>> = all.collect();
    let all = all.filter(|all| !all.is_empty());
    let all = all.context("a sandbox ended before it was measured")?;
    let mean = all.iter().sum::<u64>() / u64::try_from(all.len())?;
    Ok(f64::from(u32::try_from(mean >> 10)?) * 1024.0)
}

impl Census {
    fn of(host: &Host) -> Self {
        let all = below(host.id());
        let place = all.iter().find_map(Process::place_of_groups);
        Self {
            processes: all.len(),
            groups: place.map_or(0, |place| groups(&place)),
        }
    }
}
