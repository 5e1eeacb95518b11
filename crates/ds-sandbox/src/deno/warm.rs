//! Processes that wait: jailed, with the runtime loaded and warmed up, to be given an appspace. Each is used once.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError, Weak,
    atomic::{AtomicUsize, Ordering},
};

use tokio::{sync::Notify, time::timeout};

use super::{
    Inner, boot::Booted, command::Class, jails::Jails, launcher::Launcher, output::Sink,
    state::State,
};
use crate::HostMemory;

/// How much memory must be free beside what a waiting process needs, in bytes.
const MEMORY_LEFT: u64 = 256 << 20;
/// How long to leave a computer alone on which a process could not be made.
const AFTER_FAILURE: std::time::Duration = std::time::Duration::from_secs(10);

/// How long a sandbox that was started is left alone.
const AFTER_START: std::time::Duration = std::time::Duration::from_millis(50);
/// How long a new engine leaves the computer to others.
const SETTLING: std::time::Duration = std::time::Duration::from_millis(200);

/// The processes that wait, all of one class.
pub(super) struct Warm {
    class: Class,
    waiting: Mutex<Vec<Booted>>,
    /// Sandboxes that are starting: they come first.
    starting: AtomicUsize,
    /// Told when there may be something to do.
    look: Notify,
}

/// A start that goes on.
pub(super) struct Starting<'a>(&'a Warm);

impl Warm {
    pub(super) fn new(class: Class) -> Self {
        Self {
            class,
            waiting: Mutex::default(),
            starting: 0.into(),
            look: Notify::new(),
        }
    }

    /// Takes one that still lives, if it is of this class.
    pub(super) fn take(&self, class: &Class) -> Option<Booted> {
        if *class != self.class {
            return None;
        }
        let mut waiting = self.lock();
        while let Some(booted) = waiting.pop() {
            if booted.launched.process.0.is(&State::Starting) {
                return Some(booted);
            }
        }
        None
    }

    /// Says that a sandbox is starting, until that is dropped.
    pub(super) fn starting(&self) -> Starting<'_> {
        self.starting.fetch_add(1, Ordering::Relaxed);
        Starting(self)
    }

    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Booted>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Starting<'_> {
    fn drop(&mut self) {
        if self.0.starting.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.0.look.notify_one();
        }
    }
}

/// Keeps processes and launchers waiting, as long as the engine is there. Works while nothing is being started.
pub(super) async fn keep(engine: Weak<Inner>) {
    // Whoever starts a host wants an answer from it first.
    tokio::time::sleep(SETTLING).await;
    let mut told = false;
    loop {
        let Some(strong) = engine.upgrade() else {
            return;
        };
        let Launcher::Jail(jails) = &strong.launcher else {
            return;
        };
        let quiet = strong.warm.starting.load(Ordering::Relaxed) == 0;
        let done = if quiet {
            stock(&strong, jails).await
        } else {
            Ok(())
        };
        let warm = Arc::clone(&strong.warm);
        drop(strong);
        match done {
            Ok(()) => {
                warm.look.notified().await;
                // What was started has its first request to answer.
                tokio::time::sleep(AFTER_START).await;
            }
            Err(error) => {
                // Whoever starts a sandbox is told too.
                if !std::mem::replace(&mut told, true) {
                    tracing::warn!(error, "cannot get ready for sandboxes");
                }
                tokio::time::sleep(AFTER_FAILURE).await;
            }
        }
    }
}

/// Makes what is missing, until a sandbox is wanted.
async fn stock(engine: &Inner, jails: &Jails) -> Result<(), String> {
    let words = |error: std::io::Error| error.to_string();
    jails.restock().await.map_err(words)?;
    engine.warm_caches(jails).await.map_err(words)?;
    let can_wait = jails.ready().await.map_err(words)?.has_own_root();
    let warm = &engine.warm;
    while can_wait && warm.len() < engine.config.warm && memory_is_free() {
        if warm.starting.load(Ordering::Relaxed) > 0 {
            return Ok(());
        }
        add(engine).await?;
    }
    if can_wait
        && warm.starting.load(Ordering::Relaxed) == 0
        && let Some((code, limits)) = engine.to_compile.next()
    {
        if let Err(error) = engine.compile(&code, &limits).await {
            let error = ds_core::error_chain(&error);
            tracing::warn!(error, "cannot compile an app in advance");
        }
        // There may be more.
        warm.look.notify_one();
    }
    Ok(())
}

/// Makes one more.
async fn add(engine: &Inner) -> Result<(), String> {
    let limits = &engine.config.limits;
    let sink = Sink::new();
    let booting = async {
        let launched = engine.launch(None, &sink).await?;
        let booted = launched.boot(limits).await?;
        booted.listening().await?;
        booted.try_out(limits).await?;
        Ok::<_, crate::StartError>(booted)
    };
    let booted = timeout(limits.start, booting).await;
    let booted = booted.map_err(|_| "a sandbox that was to wait did not get ready".to_owned())?;
    let booted = booted.map_err(|error| ds_core::error_chain(&error).clone())?;
    engine.warm.lock().push(booted);
    Ok(())
}

fn memory_is_free() -> bool {
    HostMemory::read()
        .available
        .is_none_or(|free| free > MEMORY_LEFT)
}
