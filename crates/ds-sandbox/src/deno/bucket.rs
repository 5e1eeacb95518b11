//! How much a sandbox may print.

use std::time::Duration;

use tokio::time::Instant;

/// What may be printed: a burst at once, and so much in each second from then on.
#[derive(Clone, Copy)]
pub(super) struct Rate {
    pub(super) burst: f64,
    pub(super) each_second: f64,
}

const BYTES: Rate = Rate {
    burst: 1_048_576.0,
    each_second: 65_536.0,
};
const LINES: Rate = Rate {
    burst: 4000.0,
    each_second: 200.0,
};

/// Bytes and lines that may still be printed now. What was read is taken even if it is more than there is: then the
/// next must wait until the debt is paid.
pub(super) struct Bucket {
    bytes: f64,
    lines: f64,
    at: Instant,
}

impl Bucket {
    pub(super) fn full(now: Instant) -> Self {
        Self {
            bytes: BYTES.burst,
            lines: LINES.burst,
            at: now,
        }
    }

    /// Takes this much, and tells how long to wait before going on.
    pub(super) fn take(&mut self, bytes: usize, lines: usize, now: Instant) -> Duration {
        let passed = now.saturating_duration_since(self.at);
        self.at = self.at.max(now);
        let bytes = left(&mut self.bytes, BYTES, passed, bytes);
        bytes.max(left(&mut self.lines, LINES, passed, lines))
    }
}

fn left(tokens: &mut f64, rate: Rate, passed: Duration, taken: usize) -> Duration {
    let taken = u32::try_from(taken).unwrap_or(u32::MAX);
    let filled = *tokens + passed.as_secs_f64() * rate.each_second;
    *tokens = filled.min(rate.burst) - f64::from(taken);
    Duration::try_from_secs_f64(-*tokens / rate.each_second).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_free_and_then_it_takes_its_time() {
        let start = Instant::now();
        let mut bucket = Bucket::full(start);
        // After so many seconds, so much is taken; the seconds to wait then.
        let mut check = |at: f64, bytes: usize, lines: usize, wait: f64| {
            let waits = bucket.take(bytes, lines, start + Duration::from_secs_f64(at));
            let off = (waits.as_secs_f64() - wait).abs();
            assert!(off < 0.000_1, "at {at}: {waits:?}, not {wait} s");
        };
        check(0.0, 1 << 20, 4000, 0.0);
        check(0.0, 0, 50, 0.25);
        check(0.0, 0, 50, 0.5);
        check(0.5, 0, 0, 0.0);
        check(0.5, 32 << 10, 1, 0.005);
        // The scarcer one counts, and a clock that stands or steps back gives nothing.
        check(0.5, 64 << 10, 1, 1.0);
        check(0.2, 0, 0, 1.0);
        check(1.5, 0, 0, 0.0);
        // An hour of silence gives no more than the burst.
        check(3600.0, 1 << 20, 4000, 0.0);
        check(3600.0, 0, 200, 1.0);
    }

    #[test]
    fn a_flood_gets_its_burst_and_its_rate() {
        let start = Instant::now();
        for (bytes, lines, most) in [(8192, 0, 1_048_576 + 60 * 65_536), (0, 50, 4000 + 60 * 200)] {
            let (mut bucket, mut now, mut got) = (Bucket::full(start), start, 0);
            while now < start + Duration::from_mins(1) {
                now += bucket.take(bytes, lines, now);
                got += bytes + lines;
            }
            assert!((most..=most + 8192).contains(&got), "{got} of {most}");
        }
    }
}
