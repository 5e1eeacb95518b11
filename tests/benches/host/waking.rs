//! Appspaces that are woken one after the other, each once, by a host where sandboxes wait and by one where none do.

use std::time::Instant;

use anyhow::Result;

use crate::{
    deno::HELLO,
    family::quiet,
    fleet::{App, Fleet},
    host::Host,
    setup::Setup,
};

/// How many sandboxes wait where some do.
const WARM: usize = 2;
/// How many appspaces of each app are woken before all of them sleep again.
const BATCH: usize = 20;

/// A host whose appspaces sleep at first.
pub(crate) struct Sleepers {
    host: Host,
    warm: usize,
    awake: usize,
}

/// Two hosts, and which appspace is to be woken next.
pub(crate) struct Turn<'a> {
    /// Where sandboxes start when they are wanted.
    pub(crate) cold: &'a mut Sleepers,
    /// Where some wait.
    pub(crate) pooled: &'a mut Sleepers,
    number: usize,
}

impl Sleepers {
    fn start(fleet: &Fleet, apps: &[&App], warm: usize, count: usize) -> Result<Self> {
        // None falls asleep while others are measured.
        let host = fleet.start(&format!("warm = {warm}\nidle_seconds = 3600"), None)?;
        for app in apps {
            for number in 0..count {
                app.meet(&host, number)?;
            }
        }
        Ok(Self {
            host,
            warm,
            awake: 0,
        })
    }

    /// Waits until nothing but waiting is done, and wakes an appspace: seconds from request to first byte.
    fn wake(&mut self, app: &App, number: usize) -> Result<f64> {
        quiet(self.host.id(), self.awake + self.warm)?;
        let ask = app.waking(&self.host, number);
        let start = Instant::now();
        let first_byte = ask.expect(HELLO.len())?.first_byte;
        self.awake += 1;
        Ok(first_byte.duration_since(start).as_secs_f64())
    }

    /// Waits until nothing but waiting is done.
    fn settle(&self) -> Result<()> {
        quiet(self.host.id(), self.awake + self.warm)?;
        Ok(())
    }
}

impl Turn<'_> {
    /// Wakes the app's next appspace of the host where none wait.
    pub(crate) fn wake_cold(&mut self, app: &App) -> Result<f64> {
        self.pooled.settle()?;
        self.cold.wake(app, self.number)
    }

    /// Wakes the app's next appspace of the host where some wait.
    pub(crate) fn wake_pooled(&mut self, app: &App) -> Result<f64> {
        self.cold.settle()?;
        self.pooled.wake(app, self.number)
    }

    /// Waits until the computer is free for something else.
    pub(crate) fn settle(&self) -> Result<()> {
        self.cold.settle()?;
        self.pooled.settle()
    }
}

/// Wakes every appspace once: what sleeps was awake before, and what was compiled then is kept.
fn wake_all_once(fleet: &Fleet, apps: &[&App], count: usize) -> Result<()> {
    let mut pooled = Sleepers::start(fleet, apps, WARM, count)?;
    for app in apps {
        for number in 0..count {
            pooled.wake(app, number)?;
        }
    }
    fleet.wait_until_compiled(apps.len() * count)
}

/// Takes so many turns. The first of each batch is not counted: hosts get to know things then.
pub(crate) fn turns(
    setup: &Setup,
    name: &str,
    apps: &[&App],
    rounds: usize,
    mut turn: impl FnMut(&mut Turn<'_>, bool) -> Result<()>,
) -> Result<()> {
    let batch = rounds.min(BATCH) + 1;
    let fleet = |kind| Fleet::make(setup, &format!("{name}-{kind}"), apps, batch);
    let fleets = (fleet("cold")?, fleet("pooled")?);
    wake_all_once(&fleets.1, apps, batch)?;
    let mut done = 0;
    while done < rounds {
        let mut cold = Sleepers::start(&fleets.0, apps, 0, batch)?;
        let mut pooled = Sleepers::start(&fleets.1, apps, WARM, batch)?;
        for number in 0..batch.min(rounds - done + 1) {
            let (cold, pooled) = (&mut cold, &mut pooled);
            let mut next = Turn {
                cold,
                pooled,
                number,
            };
            turn(&mut next, number > 0)?;
        }
        done += batch - 1;
    }
    Ok(())
}
