//! A function route of an appspace that is awake, against the same handler without a host.

use anyhow::Result;

use crate::{
    deno::{Bare, HELLO},
    host::Host,
    load::Load,
    numbers::{Rate, Rounds},
    report::Report,
    setup::Setup,
};

/// How many requests at once, and the part of the bare handler's rate below which something has gone wrong.
const TARGETS: &[(usize, f64)] = &[(1, 0.15), (32, 0.20)];

pub(crate) fn measure(setup: &Setup, report: &mut Report) -> Result<()> {
    let host = Host::with_app(setup, "functions")?;
    let deno = Bare::new(setup)?.start()?;
    let load = Load::new(setup);
    report.note(load.note());
    let (ours, peer) = (host.asking("/hello"), deno.asking());
    let warm_up = setup.choose(3, 1);
    for ask in [&ours, &peer] {
        ask.expect(HELLO.len())?;
        load.run(ask, 32, warm_up)?;
    }
    for (connections, target) in TARGETS {
        let mut rounds = Rounds::default();
        let seconds = setup.choose(4, 1);
        for _ in 0..setup.choose(5, 3) {
            let ours = load.run(&ours, *connections, seconds)?;
            rounds.add(ours, load.run(&peer, *connections, seconds)?);
        }
        let name = format!("hello world, {connections} at once");
        report.figure(&format!("{name}, through the host"), Rate(rounds.ours()?));
        report.figure(&format!("{name}, bare Deno"), Rate(rounds.peer()?));
        report.ratio(
            &format!("{name}, rate"),
            rounds.ratio()?,
            "bare Deno",
            *target,
        );
    }
    Ok(())
}
