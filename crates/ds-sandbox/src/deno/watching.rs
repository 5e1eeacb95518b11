//! Watching all sandboxes of an engine, once a second, and keeping account of each.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use ds_core::{
    AppspaceId, Clock as _, SandboxId, SystemClock, Timestamp,
    usage::{Meter, RunRecord, UsageDelta},
};
use tokio::{
    sync::Semaphore,
    task::spawn_blocking,
    time::{MissedTickBehavior, interval},
};

use super::{boot::Launched, state::States};
use crate::{Death, DiskWatch, Judge, Sampler, SandboxSpec};

/// How often is looked.
const EVERY: Duration = Duration::from_secs(1);
/// How many are looked at at once.
const LOOKS_AT_ONCE: usize = 8;

/// The sandboxes that are watched.
#[derive(Clone, Default)]
pub(super) struct Watches(Arc<Mutex<Vec<Weak<Watched>>>>);

/// One sandbox while it runs.
pub(super) struct Watched {
    states: Arc<States>,
    meter: Arc<dyn Meter>,
    /// Whose usage it is; while an app is learned about nobody's.
    run: Option<(SandboxId, AppspaceId)>,
    started: Timestamp,
    account: Mutex<Account>,
    memory: AtomicU64,
}

struct Account {
    sampler: Sampler,
    judge: Judge,
    /// All that was told.
    total: UsageDelta,
    /// It has ended.
    over: bool,
}

impl Watched {
    /// A process that begins its task.
    pub(super) fn new(
        spec: &SandboxSpec,
        launched: &Launched,
        states: &Arc<States>,
        (meter, free_space): (Arc<dyn Meter>, u64),
    ) -> Arc<Self> {
        let dir = match &spec.appspace {
            Some(appspace) => appspace.dir.data(),
            None => launched.run.storage(),
        };
        let disk = DiskWatch {
            dirs: vec![dir, launched.run.sockets().to_owned()],
            limit: spec.limits.disk_mib.saturating_mul(1 << 20),
        };
        let sampler = Sampler::new(launched.pid, launched.cgroup.clone(), Some(disk));
        let appspace = spec.appspace.as_ref();
        Arc::new(Self {
            states: Arc::clone(states),
            meter,
            run: appspace.map(|appspace| (spec.id, appspace.id)),
            started: SystemClock.now(),
            account: Mutex::new(Account {
                sampler,
                // What it took to get ready counts too.
                judge: Judge::new(&spec.limits, free_space, Instant::now(), Duration::ZERO),
                total: UsageDelta::default(),
                over: false,
            }),
            memory: 0.into(),
        })
    }

    /// The memory that ending it would free, in bytes, as last measured.
    pub(super) fn memory(&self) -> u64 {
        self.memory.load(Ordering::Relaxed)
    }

    /// The first look, as soon as it runs: later ones compare with how large its directory was. Blocks.
    pub(super) fn first_look(&self) {
        // A sampler's first sample measures no directories.
        self.account().sampler.sample();
        self.look();
    }

    /// Looks; ends it if it does not keep to a limit. Blocks.
    fn look(&self) {
        // The last look still goes on.
        let Ok(mut account) = self.account.try_lock() else {
            return;
        };
        // Its number may be another process's by now.
        if account.over {
            return;
        }
        let sample = account.sampler.sample();
        self.memory.store(sample.memory, Ordering::Relaxed);
        let breach = account.judge.judge(Instant::now(), &sample);
        self.tell(&mut account);
        drop(account);
        if let Some(breach) = breach {
            self.states.breached(breach);
        }
    }

    fn tell(&self, account: &mut Account) {
        let used = account.judge.usage_since_last();
        if let Some((_, appspace)) = self.run
            && !used.is_empty()
        {
            account.total += used;
            self.meter.add(appspace, used);
        }
    }

    /// Tells what was used last, and how it ended. Blocks.
    pub(super) fn ended(&self, death: &Death) {
        let mut account = self.account();
        let sample = account.sampler.sample_with_disk();
        let _ = account.judge.judge(Instant::now(), &sample);
        self.tell(&mut account);
        account.over = true;
        if let Some((sandbox, appspace)) = self.run {
            self.meter.ended(RunRecord {
                sandbox,
                appspace,
                started: self.started,
                ended: SystemClock.now(),
                usage: account.total,
                death: death.to_string(),
            });
        }
    }

    fn account(&self) -> MutexGuard<'_, Account> {
        self.account.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watches {
    pub(super) fn add(&self, watched: &Arc<Watched>) {
        self.lock().push(Arc::downgrade(watched));
    }

    /// Watches as long as the engine is there.
    pub(super) async fn keep(self) {
        let mut ticks = interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let turns = Arc::new(Semaphore::new(LOOKS_AT_ONCE));
        loop {
            ticks.tick().await;
            let watched = self.living();
            if watched.is_empty() {
                continue;
            }
            for one in watched {
                // One that takes longer, for it has many files, holds up nobody else.
                let Ok(turn) = Arc::clone(&turns).acquire_owned().await else {
                    return;
                };
                spawn_blocking(move || {
                    one.look();
                    drop(turn);
                });
            }
        }
    }

    fn living(&self) -> Vec<Arc<Watched>> {
        let mut all = self.lock();
        let living: Vec<_> = all.iter().filter_map(Weak::upgrade).collect();
        all.retain(|one| one.strong_count() > 0);
        living
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Weak<Watched>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
