//! Whether a sandbox keeps to its limits.

use std::time::{Duration, Instant};

use ds_core::usage::UsageDelta;

use super::{Sample, window::Window};
use crate::{Breach, Limits};

const MIB: u64 = 1 << 20;
/// An appspace that is too large when it wakes may get smaller but not larger, so that its app can still be used
/// to tidy up; unless it is larger by more than one part in so many.
const TOLERANCE: u64 = 16;

/// Judges what one sandbox uses, and keeps account of it.
#[derive(Debug)]
pub struct Judge {
    memory: u64,
    cpu: Duration,
    disk: u64,
    free_space: u64,
    last: Sample,
    at: Instant,
    window: Window,
    disk_at_first: Option<u64>,
    /// Memory times time that was not told yet, in MiB milliseconds.
    memory_time: u128,
    told_cpu: Duration,
    disk_to_tell: Option<u64>,
}

impl Judge {
    /// For a sandbox that begins its task now and has used `cpu` to get ready for it. It may not write while
    /// less than `free_space` bytes are free.
    #[must_use]
    pub fn new(limits: &Limits, free_space: u64, now: Instant, cpu: Duration) -> Self {
        Self {
            memory: u64::from(limits.memory_mib).saturating_mul(MIB),
            cpu: limits.cpu_time,
            disk: limits.disk_mib.saturating_mul(MIB),
            free_space,
            last: Sample {
                cpu,
                ..Sample::default()
            },
            at: now,
            window: Window::new(now),
            disk_at_first: None,
            memory_time: 0,
            told_cpu: cpu,
            disk_to_tell: None,
        }
    }

    /// Whether a limit is broken. `now` is never before that of an earlier call.
    pub fn judge(&mut self, now: Instant, sample: &Sample) -> Option<Breach> {
        self.account(now, sample);
        // Memory first: whose process the kernel killed for it has not died of anything else.
        if sample.oom_kills > 0 || sample.memory > self.memory {
            Some(Breach::Memory)
        } else if sample.disk.is_some_and(|disk| self.is_too_large(disk)) {
            Some(Breach::Disk)
        } else if sample.writing && sample.free_space.is_some_and(|free| free < self.free_space) {
            Some(Breach::FreeSpace)
        } else if self.window.sum(now) > self.cpu {
            Some(Breach::Cpu)
        } else {
            None
        }
    }

    /// What was used since it was last asked for, for a [`ds_core::usage::Meter`].
    pub fn usage_since_last(&mut self) -> UsageDelta {
        let mib_seconds = self.memory_time / 1000;
        self.memory_time %= 1000;
        let told = std::mem::replace(&mut self.told_cpu, self.last.cpu);
        UsageDelta {
            cpu: self.last.cpu.saturating_sub(told),
            memory_mib_seconds: u64::try_from(mib_seconds).unwrap_or(u64::MAX),
            disk_bytes: self.disk_to_tell.take(),
            ..UsageDelta::default()
        }
    }

    fn account(&mut self, now: Instant, sample: &Sample) {
        let used = sample.cpu.saturating_sub(self.last.cpu);
        self.window.add(now, used);
        let elapsed = now.saturating_duration_since(self.at).as_millis();
        self.memory_time += elapsed * u128::from(sample.memory) / u128::from(MIB);
        // What could not be measured is no size to tell.
        if let Some(disk) = sample.disk.filter(|disk| *disk < u64::MAX) {
            self.disk_to_tell = Some(disk);
            self.disk_at_first.get_or_insert(disk);
        }
        self.at = now;
        self.last = Sample {
            cpu: sample.cpu.max(self.last.cpu),
            ..*sample
        };
    }

    fn is_too_large(&self, disk: u64) -> bool {
        let most = self.disk.saturating_add(self.disk / TOLERANCE);
        let at_first = self.disk_at_first.unwrap_or(0).min(most);
        disk > self.disk.max(at_first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLOOR: u64 = 100 * MIB;

    fn judge() -> (Judge, Instant) {
        let limits = Limits {
            memory_mib: 512,
            cpu_time: Duration::from_mins(5),
            disk_mib: 1600,
            ..Limits::default()
        };
        let now = Instant::now();
        (Judge::new(&limits, FLOOR, now, Duration::from_secs(1)), now)
    }

    fn check(sample: Sample, expect: Option<Breach>) {
        let (mut judge, now) = judge();
        let got = judge.judge(now + Duration::from_secs(1), &sample);
        assert_eq!(got, expect, "{sample:?}");
    }

    #[test]
    fn each_limit_bites() {
        let sample = Sample {
            cpu: Duration::from_secs(2),
            memory: 100 * MIB,
            disk: Some(100 * MIB),
            free_space: Some(FLOOR),
            writing: true,
            oom_kills: 0,
        };
        check(sample, None);
        check(
            Sample {
                memory: 512 * MIB,
                ..sample
            },
            None,
        );
        check(
            Sample {
                memory: 512 * MIB + 1,
                ..sample
            },
            Some(Breach::Memory),
        );
        check(
            Sample {
                oom_kills: 1,
                ..sample
            },
            Some(Breach::Memory),
        );
        check(
            Sample {
                free_space: Some(FLOOR - 1),
                ..sample
            },
            Some(Breach::FreeSpace),
        );
        check(
            Sample {
                free_space: Some(0),
                writing: false,
                ..sample
            },
            None,
        );
        check(
            Sample {
                free_space: None,
                disk: None,
                ..sample
            },
            None,
        );
        check(
            Sample {
                cpu: Duration::from_secs(301),
                ..sample
            },
            None,
        );
        check(
            Sample {
                cpu: Duration::from_secs(302),
                ..sample
            },
            Some(Breach::Cpu),
        );
        check(
            Sample {
                disk: Some(u64::MAX),
                ..sample
            },
            Some(Breach::Disk),
        );
    }

    /// Sizes in MiB as they are measured one after another, and at which it is too much.
    fn check_disk(sizes: &[u64], expect: Option<usize>) {
        let (mut judge, now) = judge();
        let got = sizes.iter().position(|mib| {
            let disk = Some(mib * MIB);
            judge.judge(
                now,
                &Sample {
                    disk,
                    ..Sample::default()
                },
            ) == Some(Breach::Disk)
        });
        assert_eq!(got, expect, "{sizes:?}");
    }

    #[test]
    fn an_appspace_may_get_smaller() {
        check_disk(&[10, 1600, 1600], None);
        check_disk(&[10, 1600, 1601], Some(2));
        check_disk(&[1650, 1650, 1640, 1650], None);
        check_disk(&[1650, 1651], Some(1));
        check_disk(&[1700], None);
        check_disk(&[1701], Some(0));
    }

    #[test]
    fn processor_time_counts_for_ten_minutes() {
        let (mut judge, now) = judge();
        // Half a processor all the time is just what is allowed.
        let sample = |half_seconds: u64| Sample {
            cpu: Duration::from_secs(1) + Duration::from_millis(500 * half_seconds),
            ..Sample::default()
        };
        for second in 1..=2000 {
            let got = judge.judge(now + Duration::from_secs(second), &sample(second));
            assert_eq!(got, None, "{second}");
        }
        let got = judge.judge(now + Duration::from_secs(2001), &sample(2012));
        assert_eq!(got, Some(Breach::Cpu));
    }

    #[test]
    fn account_is_kept() {
        let (mut judge, now) = judge();
        let mut sample = Sample {
            cpu: Duration::from_secs(3),
            memory: 100 * MIB + MIB / 2,
            disk: Some(7),
            ..Sample::default()
        };
        judge.judge(now + Duration::from_secs(10), &sample);
        sample.disk = None;
        judge.judge(now + Duration::from_secs(11), &sample);
        let expect = UsageDelta {
            cpu: Duration::from_secs(2),
            memory_mib_seconds: 1105,
            disk_bytes: Some(7),
            ..UsageDelta::default()
        };
        assert_eq!(judge.usage_since_last(), expect);
        assert!(judge.usage_since_last().is_empty());
        // The half that was left over is not lost.
        judge.judge(now + Duration::from_secs(12), &sample);
        assert_eq!(judge.usage_since_last().memory_mib_seconds, 101);
    }
}
