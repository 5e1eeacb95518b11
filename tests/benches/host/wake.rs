//! The first request to an appspace that sleeps, against starting the same handler without a host.

use std::time::Duration;

use anyhow::Result;

use crate::{
    deno::Bare,
    fleet::App,
    numbers::{Rounds, Time, percentile},
    report::Report,
    setup::Setup,
    waking::turns,
};

/// How many times the time of a bare start waking may take.
const COLD: f64 = 1.4;
/// The same where a sandbox waits.
const POOLED: f64 = 0.25;
/// How many times the half of such times the slowest of a hundred may be.
const SLOWEST: f64 = 3.0;

pub(crate) fn measure(setup: &Setup, report: &mut Report) -> Result<()> {
    let app = App::hello();
    let bare = Bare::new(setup)?;
    let (mut cold, mut pooled) = (Rounds::default(), Rounds::default());
    let mut times = Vec::new();
    let count = setup.choose(100, 8);
    turns(setup, "wake", &[&app], count, |turn, counts| {
        let woken = turn.wake_cold(&app)?;
        let at_once = turn.wake_pooled(&app)?;
        turn.settle()?;
        let peer = bare.start()?.took.as_secs_f64();
        if counts {
            cold.add(woken, peer);
            pooled.add(at_once, peer);
            times.push(Duration::from_secs_f64(at_once));
        }
        Ok(())
    })?;
    let half = pooled.ours()?;
    let slowest = percentile(&mut times, 99)?;
    report.figure(
        "bare Deno, start to first byte, p50",
        Time::seconds(cold.peer()?),
    );
    report.figure(
        "cold, request to first byte, p50",
        Time::seconds(cold.ours()?),
    );
    report.figure("pooled, p50", Time::seconds(half));
    report.figure("pooled, p99", Time(slowest));
    report.at_most("cold, time", cold.ratio()?, "bare Deno", COLD);
    report.at_most("pooled, time", pooled.ratio()?, "bare Deno", POOLED);
    let times_half = slowest.as_secs_f64() / half;
    report.at_most("pooled, p99", times_half, "its p50", SLOWEST);
    report.note(format!("{count} rounds; the appspaces were awake before"));
    Ok(())
}
