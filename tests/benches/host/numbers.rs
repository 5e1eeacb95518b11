//! What becomes of many measurements.

use std::{fmt, time::Duration};

use anyhow::{Context as _, Result};

/// The time that this many percent of the measurements kept.
pub(crate) fn percentile(times: &mut [Duration], percent: usize) -> Result<Duration> {
    times.sort_unstable();
    let at = times.len() * percent / 100;
    times
        .get(at.min(times.len().saturating_sub(1)))
        .copied()
        .context("nothing was measured")
}

/// The middle one.
pub(crate) fn median(mut values: Vec<f64>) -> Result<f64> {
    values.sort_unstable_by(f64::total_cmp);
    values
        .get(values.len() / 2)
        .copied()
        .context("nothing was measured")
}

/// The same thing done by us and by a peer, in rounds that take turns: what slows the computer down for a
/// while slows both down.
#[derive(Default)]
pub(crate) struct Rounds {
    ours: Vec<f64>,
    peer: Vec<f64>,
}

impl Rounds {
    /// Adds a round.
    pub(crate) fn add(&mut self, ours: f64, peer: f64) {
        self.ours.push(ours);
        self.peer.push(peer);
    }

    /// Our figure.
    pub(crate) fn ours(&self) -> Result<f64> {
        median(self.ours.clone())
    }

    /// The peer's figure.
    pub(crate) fn peer(&self) -> Result<f64> {
        median(self.peer.clone())
    }

    /// How many times the peer's figure ours is: the middle one of the rounds'.
    pub(crate) fn ratio(&self) -> Result<f64> {
        let ratios = self
            .ours
            .iter()
            .zip(&self.peer)
            .map(|(ours, peer)| ours / peer);
        median(ratios.collect())
    }
}

/// A time as people read it.
pub(crate) struct Time(pub(crate) Duration);

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs_f64();
        let text = match seconds {
            _ if seconds < 1e-3 => format!("{:.2} µs", seconds * 1e6),
            _ if seconds < 1.0 => format!("{:.1} ms", seconds * 1e3),
            _ => format!("{seconds:.2} s"),
        };
        f.pad(&text)
    }
}

impl Time {
    /// So many seconds.
    pub(crate) fn seconds(seconds: f64) -> Self {
        Self(Duration::from_secs_f64(seconds.max(0.0)))
    }
}

/// A size as people read it.
pub(crate) struct Mib(pub(crate) f64);

impl fmt::Display for Mib {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:.1} MiB", self.0 / f64::from(1 << 20)))
    }
}

/// How often in a second.
pub(crate) struct Rate(pub(crate) f64);

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:.0}/s", self.0))
    }
}

/// Puts a list into an order that has nothing to do with how it was made, the same in every run.
pub(crate) fn shuffle<T>(list: &mut [T]) {
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    for last in (1..list.len()).rev() {
        // xorshift64
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let below = u64::try_from(last + 1).unwrap_or(u64::MAX);
        let other = usize::try_from(state % below).unwrap_or_default();
        list.swap(last, other);
    }
}
