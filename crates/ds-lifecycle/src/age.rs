//! How old what is in the trash is, by a clock that nobody can set.
//!
//! A machine's clock jumps: it starts without a battery years behind, or somebody sets it wrong. What would be gone for
//! good must not go by that alone. So the host counts for itself how much time has passed: what went by between two
//! looks, but never more than [`MOST`], however far the clock jumped, and never less than nothing. While the host does
//! not run for longer than that it does not count, so things stay a little longer. What is in the trash is as old as
//! what was counted since it came there, or since it was seen there first.

use std::{
    collections::BTreeMap,
    io::{self, Write as _},
    path::Path,
    time::Duration,
};

use ds_core::{
    AppspaceId, Timestamp, error_chain,
    publish::{self, NewFile},
};
use serde::{Deserialize, Serialize};

/// As much as counts between two looks. Somebody looks once a day.
const MOST: Duration = Duration::from_hours(48);

/// What was counted. Times are in milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ages {
    /// What the clock said when somebody looked last.
    last: Option<Timestamp>,
    /// How much time was counted in all.
    counted: u64,
    /// How much it was when things came into the trash.
    since: BTreeMap<AppspaceId, u64>,
}

impl Ages {
    /// Reads what was counted. If that cannot be read, it is begun anew: things stay longer.
    pub(crate) fn read(path: &Path) -> Self {
        let read = std::fs::read(path).and_then(|text| Ok(serde_json::from_slice(&text)?));
        read.unwrap_or_else(|error: io::Error| {
            if error.kind() != io::ErrorKind::NotFound {
                let error = error_chain(&error);
                tracing::warn!(
                    error,
                    "cannot read how old things in the trash are; they stay longer"
                );
            }
            Self::default()
        })
    }

    /// Writes it, whole or not at all. Blocks.
    pub(crate) fn write(&self, path: &Path) -> io::Result<()> {
        let text = serde_json::to_vec(self)?;
        let beside = path.with_extension("new");
        match std::fs::remove_file(&beside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = NewFile::create(&beside)?;
        file.write_all(&text)?;
        file.finish()?;
        std::fs::rename(&beside, path)?;
        path.parent().map_or(Ok(()), publish::sync_dir)
    }

    /// Counts what went by since the last look.
    pub(crate) fn look(&mut self, now: Timestamp) {
        let passed = self.last.map_or(0, |last| now.0.saturating_sub(last.0));
        let passed = u64::try_from(passed).unwrap_or(0).min(millis(MOST));
        self.counted = self.counted.saturating_add(passed);
        self.last = Some(now);
    }

    /// That an appspace came into the trash just now.
    pub(crate) fn came(&mut self, id: AppspaceId) {
        self.since.insert(id, self.counted);
    }

    /// What is in the trash now: what is new there begins to count, what is gone is forgotten.
    pub(crate) fn there(&mut self, ids: &[AppspaceId]) {
        self.since.retain(|id, _| ids.contains(id));
        for id in ids {
            self.since.entry(*id).or_insert(self.counted);
        }
    }

    /// Whether an appspace has been in the trash for so long.
    pub(crate) fn is_older(&self, id: AppspaceId, than: Duration) -> bool {
        let since = self.since.get(&id);
        since.is_some_and(|since| self.counted.saturating_sub(*since) >= millis(than))
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 24 * 60 * 60 * 1000;

    #[test]
    fn what_counts() {
        let check = |looks: &[i64], expect: i64| {
            let mut ages = Ages::default();
            for look in looks {
                ages.look(Timestamp(look * DAY));
            }
            assert_eq!(
                ages.counted,
                u64::try_from(expect * DAY).unwrap(),
                "{looks:?}"
            );
        };
        check(&[], 0);
        check(&[20_000], 0);
        check(&[20_000, 20_001, 20_002], 2);
        // Years ahead, and right again.
        check(&[20_000, 23_650, 20_001, 20_002], 3);
        // Without a battery.
        check(&[0, 20_000, 20_001, 0, 20_002], 5);
        // The host did not run for a month.
        check(&[20_000, 20_030, 20_031], 3);
    }

    #[test]
    fn it_is_kept_and_what_cannot_be_read_begins_anew() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ages.json");
        let (id, month) = (AppspaceId::new(), Duration::from_hours(30 * 24));
        assert_eq!(Ages::read(&path), Ages::default());
        let mut ages = Ages::default();
        ages.came(id);
        for day in 0..=30 {
            assert!(!ages.is_older(id, month), "{day}");
            ages.look(Timestamp(day * DAY));
            ages.write(&path).unwrap();
            ages = Ages::read(&path);
        }
        assert!(ages.is_older(id, month));
        let other = AppspaceId::new();
        assert!(!ages.is_older(other, Duration::ZERO), "nobody knows");
        ages.there(&[other]);
        assert!(!ages.is_older(id, month) && !ages.is_older(other, month));
        std::fs::write(&path, "{").unwrap();
        assert_eq!(Ages::read(&path), Ages::default());
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
