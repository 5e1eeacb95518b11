//! The first request to an appspace that sleeps, against starting the same handler without a host.

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};

use crate::{
    deno::{Bare, HELLO},
    host::Host,
    numbers::{Rounds, Time},
    report::Report,
    setup::Setup,
};

/// How many times the time of a bare start waking may take.
const MOST: f64 = 2.0;
/// How long it may take to fall asleep: a sandbox does so after a second without requests.
const SLEEPY: Duration = Duration::from_secs(30);

pub(crate) fn measure(setup: &Setup, report: &mut Report) -> Result<()> {
    let mut host = Host::with_app(setup, "wake")?;
    let bare = Bare::new(setup)?;
    let ask = host.asking("/hello");
    // The first start compiles what later ones find compiled.
    ask.expect(HELLO.len())?;
    let mut rounds = Rounds::default();
    for _ in 0..setup.choose(15, 5) {
        fall_asleep(&mut host)?;
        let start = Instant::now();
        let woken = ask.expect(HELLO.len())?.first_byte.duration_since(start);
        rounds.add(woken.as_secs_f64(), bare.start()?.took.as_secs_f64());
    }
    let time = |seconds| Time(Duration::from_secs_f64(seconds));
    report.figure("waking, request to first byte, p50", time(rounds.ours()?));
    report.figure("bare Deno, start to first byte, p50", time(rounds.peer()?));
    let ratio = rounds.ratio()?;
    let figure = format!("{ratio:.2} × bare Deno");
    report.target(
        "waking, time",
        figure,
        format!("≤ {MOST:.2}"),
        ratio <= MOST,
    );
    Ok(())
}

fn fall_asleep(host: &mut Host) -> Result<()> {
    let until = Instant::now() + SLEEPY;
    while !host.sleeps()? {
        ensure!(Instant::now() < until, "the appspace does not fall asleep");
        thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}
