//! Snapshots without anybody asking: taken daily, read back and tidied weekly.

use std::{sync::Arc, time::Duration};

use ds_auth::AccountStore as _;
use ds_backup::{
    CopyReason, NoProgress,
    snapshots::{Grace, Place, ReadBack},
};
use ds_core::{
    Appspace, AppspaceId, AppspaceStore as _, Clock as _, DataDir, StoreError, SystemClock,
    Timestamp, error_chain,
};
use ds_lifecycle::{AtPlace, JobError, Keeper, Lifecycle, NoKey, TakeError};
use ds_store::Store;
use tokio_util::task::AbortOnDropHandle;

use super::base::Base;
use crate::{config::Snapshots, ops::Backups};

/// How long nothing is done after the start, and how often is looked then.
const ROUND: Duration = Duration::from_mins(10);
/// How long is waited after a failure.
const AGAIN: Duration = Duration::from_hours(1);
/// How often the trash is emptied.
const TRASH: Duration = Duration::from_hours(24);
const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// Keeps snapshots where the configuration says; `None` if none are taken.
pub(super) fn keeper(config: &Snapshots, data: &DataDir) -> Option<Keeper> {
    if !config.enabled {
        return None;
    }
    let mut places = config.places.clone();
    if places.is_empty() {
        places.push(Place::Local(data.root().join("snapshots")));
    }
    let key_file = config.key_file.clone();
    let key_file = key_file.unwrap_or_else(|| data.root().join("snapshots.key"));
    Some(Keeper::new(places, key_file, config.keep))
}

/// Does it all as long as the host runs, from a while after its start on.
pub(super) fn rounds(
    base: &Base,
    lifecycle: &Lifecycle,
    backups: Option<Arc<Backups>>,
) -> [AbortOnDropHandle<()>; 2] {
    let (store, lifecycle) = (Store::clone(&base.store), lifecycle.clone());
    let snapshots = base.snapshots.clone();
    [
        tokio::spawn(async move {
            if let Some(backups) = backups {
                Rounds {
                    config: snapshots,
                    store,
                    backups,
                }
                .run()
                .await;
            }
        }),
        tokio::spawn(empty_trash(lifecycle)),
    ]
    .map(AbortOnDropHandle::new)
}

async fn empty_trash(lifecycle: Lifecycle) {
    tokio::time::sleep(ROUND).await;
    loop {
        if let Err(error) = lifecycle.empty_trash().await {
            tracing::warn!(error = error_chain(&error), "cannot empty the trash");
        }
        tokio::time::sleep(TRASH).await;
    }
}

struct Rounds {
    config: Snapshots,
    store: Store,
    backups: Arc<Backups>,
}

impl Rounds {
    async fn run(self) {
        let mut tidied = None;
        loop {
            tokio::time::sleep(ROUND).await;
            if let Err(error) = self.snapshots().await {
                tracing::warn!(
                    error = error_chain(&error),
                    "cannot see which snapshots are due"
                );
            }
            let now = SystemClock.now();
            // After the night's snapshots; the first day of the calendar was a Thursday, so this is one, too.
            let minute = self.config.daily_at + self.config.spread_minutes;
            let moment = latest(now, minute);
            let is_day = moment.0.div_euclid(DAY) % 7 == 0;
            if is_day && tidied.is_none_or(|tidied: Timestamp| tidied < moment) {
                tidied = Some(now);
                self.tidy().await;
            }
        }
    }

    /// Takes the snapshots that are due, one after the other.
    async fn snapshots(&self) -> Result<(), StoreError> {
        for account in self.store.accounts().await? {
            for appspace in self.store.appspaces_of(account.id).await? {
                if self.is_due(&appspace).await {
                    self.take(&appspace).await;
                }
            }
        }
        Ok(())
    }

    async fn is_due(&self, appspace: &Appspace) -> bool {
        let now = SystemClock.now();
        let failed = self.backups.failed_at(appspace.id);
        if failed.is_some_and(|failed| failed > now.minus(AGAIN)) {
            return false;
        }
        let moment = latest(
            now,
            self.config.daily_at + offset(appspace.id, self.config.spread_minutes),
        );
        let last = self.backups.last(appspace.id).await;
        last.unwrap_or(appspace.created).max(appspace.created) < moment
    }

    async fn take(&self, appspace: &Appspace) {
        let id = appspace.id;
        let begun = self
            .backups
            .lifecycle
            .take_snapshot(id, CopyReason::Schedule);
        let taken = match begun {
            Ok(job) => job.wait().await,
            Err(error) => Err(error),
        };
        match taken {
            Ok(taken) => {
                self.backups.note(id, taken.about.made);
                for kept in taken.places {
                    if let Err(error) = kept.outcome {
                        let (address, place) = (&appspace.address, kept.place);
                        tracing::warn!(%address, place, error, "a snapshot is not kept there");
                    }
                }
            }
            // Something else is being done to it: the next round.
            Err(TakeError::Job(JobError::Busy { .. } | JobError::Stopping)) => {}
            Err(error) => {
                let why = error_chain(&error);
                tracing::warn!(address = %appspace.address, error = why, "no snapshot was taken");
                self.backups.note_failure(id, SystemClock.now(), why);
            }
        }
    }

    /// Removes what no snapshot refers to, and reads some of the rest back.
    async fn tidy(&self) {
        let keeper = &self.backups.keeper;
        tell("cannot tidy snapshots", keeper.prune(Grace::Day).await);
        let percent = u8::try_from(self.config.verify_percent).unwrap_or(100);
        let read = match percent {
            0 => ReadBack::Nothing,
            percent => ReadBack::Percent(percent),
        };
        let verified = keeper.verify(read, Arc::new(NoProgress)).await;
        for AtPlace { place, outcome } in verified.as_ref().into_iter().flatten() {
            if let Ok(found) = outcome
                && !found.is_sound()
            {
                let faults = found.faults.join("; ");
                tracing::error!(
                    place,
                    faults,
                    "snapshots are damaged; do not delete anything there"
                );
            }
        }
        tell("cannot read snapshots back", verified);
    }
}

fn tell<T>(what: &str, each: Result<Vec<AtPlace<T>>, NoKey>) {
    match each {
        Ok(each) => {
            for AtPlace { place, outcome } in each {
                if let Err(error) = outcome {
                    tracing::warn!(place, error = error_chain(&error), "{what}");
                }
            }
        }
        Err(error) => tracing::warn!(error = error_chain(&error), "{what}"),
    }
}

/// The last moment that is so many minutes after midnight UTC.
fn latest(now: Timestamp, minute: u32) -> Timestamp {
    let within = i64::from(minute) * MINUTE;
    Timestamp((now.0 - within).div_euclid(DAY) * DAY + within)
}

/// How many minutes later than others an appspace has its turn: always the same, so that snapshots are a day apart.
fn offset(id: AppspaceId, spread: u32) -> u32 {
    let hash = id.to_string().bytes().fold(0_u32, |hash, byte| {
        hash.wrapping_mul(31).wrapping_add(byte.into())
    });
    hash.checked_rem(spread).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_snapshots_are_due() {
        let check = |now: i64, minute: u32, expect: i64| {
            assert_eq!(latest(Timestamp(now), minute), Timestamp(expect), "{now}");
        };
        let three = 180 * MINUTE;
        check(10 * DAY, 0, 10 * DAY);
        check(10 * DAY + three, 180, 10 * DAY + three);
        check(10 * DAY + three - 1, 180, 9 * DAY + three);
        check(11 * DAY - 1, 180, 10 * DAY + three);
        // Beyond midnight it is the night of the day before.
        check(10 * DAY, 24 * 60 + 30, 9 * DAY + 30 * MINUTE);
    }

    #[test]
    fn turns_are_spread() {
        let offsets: std::collections::BTreeSet<_> =
            (0..100).map(|_| offset(AppspaceId::new(), 120)).collect();
        assert!(offsets.len() > 30 && offsets.iter().all(|one| *one < 120));
        assert_eq!(offset(AppspaceId::new(), 0), 0);
    }
}
