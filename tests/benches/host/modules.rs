//! Waking an app of sixty modules.

use anyhow::Result;

use crate::{
    deno::Bare,
    fleet::App,
    numbers::{Rounds, Time},
    report::Report,
    setup::Setup,
    sixty,
    waking::turns,
};

/// How many times what one that says hello takes waking may take.
const COLD: f64 = 1.4;
/// How many times what one that says hello takes in a bare Deno waking may take where a sandbox waits.
const POOLED: f64 = 0.4;

pub(crate) fn measure(setup: &Setup, report: &mut Report) -> Result<()> {
    let (hello, large) = (App::hello(), sixty::app());
    let bytes: usize = large.modules.iter().map(|(_, code)| code.len()).sum();
    let modules = large.modules.len();
    let bare = Bare::new(setup)?;
    let (mut cold, mut pooled) = (Rounds::default(), Rounds::default());
    let count = setup.choose(40, 6);
    turns(
        setup,
        "modules",
        &[&hello, &large],
        count,
        |turn, counts| {
            let small = turn.wake_cold(&hello)?;
            let woken = turn.wake_cold(&large)?;
            let at_once = turn.wake_pooled(&large)?;
            turn.settle()?;
            let peer = bare.start()?.took.as_secs_f64();
            if counts {
                cold.add(woken, small);
                pooled.add(at_once, peer);
            }
            Ok(())
        },
    )?;
    let figures = [
        ("hello world, cold, p50", cold.peer()?),
        ("hello world in bare Deno, p50", pooled.peer()?),
        ("cold, request to first byte, p50", cold.ours()?),
        ("pooled, p50", pooled.ours()?),
    ];
    for (name, seconds) in figures {
        report.figure(name, Time::seconds(seconds));
    }
    report.at_most("cold, time", cold.ratio()?, "cold hello world", COLD);
    report.at_most("pooled, time", pooled.ratio()?, "bare hello world", POOLED);
    let kib = bytes >> 10;
    report.note(format!(
        "an app of {modules} modules, {kib} KiB of TypeScript; {count} rounds; the appspaces were awake before"
    ));
    Ok(())
}
