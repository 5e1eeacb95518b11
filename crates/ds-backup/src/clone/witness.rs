//! What tells a file that changed since it was cloned from one that did not, without reading either.

use std::{fs, os::unix::fs::MetadataExt as _};

use rustix::fs::{Timespec, Timestamps};

/// How many seconds old a change must be to be told from the next one by its time: file systems count in steps of
/// up to that.
const SETTLED: i64 = 2;

const SECOND: u64 = 1_000_000_000;

/// When a file was changed last, as the kernel noted it in the original: `ctime`, which no app can set. A clone is
/// a new file and has a `ctime` of its own, so it carries the original's in its `atime`, and tells the next clone
/// of the same file from this one without reading either. Whoever reads a clone with its `atime` kept up to date
/// takes that away, which costs time and no more.
///
/// The number of the original is mixed into the nanoseconds: many files are made within one tick of the clock, and
/// two of them that changed places with the directories they are in have the same `ctime` still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Witness {
    pub(crate) seconds: i64,
    pub(crate) nanoseconds: i64,
}

impl Witness {
    /// What stands for no witness.
    const NONE: Self = Self {
        seconds: 0,
        nanoseconds: 0,
    };

    /// Of an original, when its clone was just made. One that was changed right before has none: the next change
    /// could bear the same time.
    pub(super) fn take(original: &fs::Metadata, clone: &fs::Metadata) -> Self {
        if clone.ctime().saturating_sub(original.ctime()) <= SETTLED {
            return Self::NONE;
        }
        Self::now(original)
    }

    /// What an original's clone carries if the original did not change since.
    pub(super) fn now(original: &fs::Metadata) -> Self {
        Self {
            seconds: original.ctime(),
            nanoseconds: mixed(original.ctime_nsec(), original.ino()),
        }
    }

    /// What a clone carries.
    pub(crate) fn of(clone: &fs::Metadata) -> Option<Self> {
        let carried = Self {
            seconds: clone.atime(),
            nanoseconds: clone.atime_nsec(),
        };
        (carried != Self::NONE).then_some(carried)
    }
}

fn mixed(nanoseconds: i64, number: u64) -> i64 {
    let spread = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    let sum = u64::try_from(nanoseconds).unwrap_or(0) + spread;
    i64::try_from(sum % SECOND).unwrap_or(0)
}

/// The times of a clone: changed when its original was, and read when its witness says so.
pub(super) fn times(original: &fs::Metadata, read: Option<Witness>) -> Timestamps {
    let changed = Timespec {
        tv_sec: original.mtime(),
        tv_nsec: original.mtime_nsec(),
    };
    Timestamps {
        last_access: read.map_or(changed, |witness| Timespec {
            tv_sec: witness.seconds,
            tv_nsec: witness.nanoseconds,
        }),
        last_modification: changed,
    }
}

#[cfg(test)]
mod tests {
    use super::mixed;

    #[test]
    fn files_of_the_same_tick_differ() {
        let seen: std::collections::BTreeSet<_> =
            (0..10_000).map(|number| mixed(4_000_000, number)).collect();
        assert!(seen.len() > 9_990, "{}", seen.len());
        assert!(seen.iter().all(|one| (0..1_000_000_000).contains(one)));
        assert_ne!(mixed(1, 7), mixed(2, 7));
    }
}
