//! Somebody who uses an appspace all the time, and notes how long nothing came.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use anyhow::{Result, anyhow};

use crate::{numbers::percentile, probe::Ask};

/// How long one waits before the next request.
const PAUSE: Duration = Duration::from_millis(1);
/// How many requests are answered before the measurement begins, and after it ended.
const USUAL: usize = 100;

/// A thread that asks.
pub(super) struct Poll {
    is_over: Arc<AtomicBool>,
    thread: JoinHandle<Result<Vec<Duration>>>,
}

/// What it saw.
pub(super) struct Seen {
    /// The longest time between two good answers.
    pub(super) longest: Duration,
    /// The time that half of them kept.
    pub(super) usual: Duration,
}

impl Poll {
    /// Begins; returns when the appspace is awake and answers.
    pub(super) fn start(ask: Ask) -> Result<Self> {
        for _ in 0..USUAL {
            ask.send()?;
        }
        let is_over = Arc::new(AtomicBool::new(false));
        let over = Arc::clone(&is_over);
        let thread = thread::spawn(move || {
            let (mut gaps, mut last, mut more) = (Vec::new(), Instant::now(), USUAL);
            while !over.load(Ordering::SeqCst) || more > 0 {
                let is_last = over.load(Ordering::SeqCst);
                if ask.send()?.status == 200 {
                    gaps.push(last.elapsed());
                    last = Instant::now();
                    more -= usize::from(is_last);
                }
                thread::sleep(PAUSE);
            }
            Ok(gaps)
        });
        Ok(Self { is_over, thread })
    }

    /// Ends, when the appspace answers.
    pub(super) fn end(self) -> Result<Seen> {
        self.is_over.store(true, Ordering::SeqCst);
        let gaps = self.thread.join();
        let mut gaps = gaps.map_err(|_| anyhow!("the client has failed"))??;
        Ok(Seen {
            longest: percentile(&mut gaps, 100)?,
            usual: percentile(&mut gaps, 50)?,
        })
    }
}
