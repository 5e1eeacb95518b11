//! How long a host takes to start, and what many appspaces add to that.

use std::time::Duration;

use anyhow::Result;

use crate::{
    host::Host,
    many::Many,
    numbers::{Rounds, Time},
    report::Report,
    setup::Setup,
};

/// The longest it may take with many appspaces.
const LONGEST: Duration = Duration::from_secs(2);

pub(crate) fn measure(setup: &Setup, report: &mut Report) -> Result<()> {
    let none = Many::make(setup, "none", 0)?;
    let many = setup.many()?;
    let mut rounds = Rounds::default();
    for _ in 0..setup.choose(9, 3) {
        let without = Host::start(none.data.root())?.took;
        let with = Host::start(many.data.root())?.took;
        rounds.add(with.as_secs_f64(), without.as_secs_f64());
    }
    let with = Duration::from_secs_f64(rounds.ours()?);
    let without = Duration::from_secs_f64(rounds.peer()?);
    report.figure("start to first answer, no appspaces", Time(without));
    let target = format!("< {}", Time(LONGEST));
    report.target(
        "start to first answer, 10,000 appspaces",
        Time(with),
        target,
        with < LONGEST,
    );
    report.figure(
        "10,000 appspaces against none, time",
        format!("{:.2} ×", rounds.ratio()?),
    );
    Ok(())
}
