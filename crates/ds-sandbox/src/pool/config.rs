//! How the pool behaves.

use std::{sync::Arc, thread::available_parallelism, time::Duration};

use ds_core::{Clock, SystemClock};

/// What a sandbox is counted as until it is measured.
const RESERVE: u64 = 48 << 20;

/// How the pool behaves.
#[derive(Clone)]
pub struct PoolConfig {
    /// How long a sandbox that nobody uses is kept.
    pub idle: Duration,
    /// After this many crashes in a row an appspace's code is left alone for a while.
    pub crash_limit: u32,
    /// Crashes further apart than this are not "in a row".
    pub crash_window: Duration,
    /// Tells when crashes were.
    pub clock: Arc<dyn Clock>,
    /// The memory that all sandboxes may take together, in bytes; 0 means that nobody counts. One sandbox may
    /// always run, however small this is.
    pub memory_budget: u64,
    /// What a sandbox that starts is counted as until it is measured, in bytes.
    pub reserve: u64,
    /// How long a caller waits for room or for its turn. The time a start takes is not part of it.
    pub queue: Duration,
    /// How many sandboxes start at once, at least 1: starting takes processor time.
    pub starts_at_once: usize,
    /// How many requests one appspace's sandbox is given at once, at least 1.
    pub requests_at_once: usize,
    /// How many callers may wait for one appspace's sandbox; the others are refused at once.
    pub waiting: usize,
}

impl Default for PoolConfig {
    fn default() -> Self {
        Self {
            idle: Duration::from_mins(5),
            crash_limit: 3,
            crash_window: Duration::from_mins(1),
            clock: Arc::new(SystemClock),
            memory_budget: 0,
            reserve: RESERVE,
            queue: Duration::from_secs(10),
            starts_at_once: 2 * available_parallelism().map_or(1, usize::from),
            requests_at_once: 128,
            waiting: 256,
        }
    }
}
