//! Snapshots without anybody asking: taken daily, read back and tidied weekly.

use std::{sync::Arc, time::Duration};

use ds_auth::AccountStore as _;
use ds_backup::{
    CopyReason,
    snapshots::{Grace, Place, ReadBack},
};
use ds_core::{
    Appspace, AppspaceId, AppspaceStore as _, Clock as _, DataDir, StoreError, SystemClock,
    Timestamp, error_chain,
    snapshots::{Every, Turn},
};
use ds_lifecycle::{AtPlace, Bookkeeping, JobError, Keeper, Lifecycle, TakeError};
use ds_store::Store;
use tokio_util::task::AbortOnDropHandle;

use super::base::Base;
use crate::{
    config::Snapshots,
    ops::{Backups, Records},
};

/// How long nothing is done after the start, and how often is looked then.
const ROUND: Duration = Duration::from_mins(10);
/// How long is waited after a failure.
const AGAIN: Duration = Duration::from_hours(1);
/// How often the trash is emptied.
const TRASH: Duration = Duration::from_hours(24);
const DAY: i64 = 24 * 60 * 60_000;

/// What is recorded of snapshots, and what the configuration says where nothing is set.
pub(super) fn records(config: &Snapshots, store: &Arc<Store>) -> Records {
    Records {
        store: store.clone(),
        every: config.every,
        keep: config.keep,
    }
}

/// Keeps snapshots where the configuration says; `None` if none are taken.
pub(super) fn keeper(
    config: &Snapshots,
    data: &DataDir,
    books: Arc<dyn Bookkeeping>,
) -> Option<Keeper> {
    if !config.enabled {
        return None;
    }
    let mut places = config.places.clone();
    if places.is_empty() {
        places.push(Place::Local(data.root().join("snapshots")));
    }
    let key_file = config.key_file.clone();
    let key_file = key_file.unwrap_or_else(|| data.root().join("snapshots.key"));
    Some(Keeper::new(places, key_file, books))
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
            let first = Turn { minutes: 0, day: 0 };
            let Some(moment) = Every::Daily.due(now, minute, first) else {
                continue;
            };
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
                if self.is_due(&appspace).await? {
                    self.take(&appspace).await;
                }
            }
        }
        Ok(())
    }

    async fn is_due(&self, appspace: &Appspace) -> Result<bool, StoreError> {
        let now = SystemClock.now();
        let state = self.backups.state(appspace.id).await?;
        let failed = state.failure.map(|failure| failure.at);
        if failed.is_some_and(|failed| now.minus(AGAIN) < failed && failed <= now) {
            return Ok(false);
        }
        let turn = turn(appspace.id, self.config.spread_minutes);
        let due = state.every.due(now, self.config.daily_at, turn);
        let last = state.last.map(|last| last.made);
        Ok(due.is_some_and(|due| latest_by(now, last, appspace.created) < due))
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
        let job = self
            .backups
            .lifecycle
            .verify_snapshots(keeper.clone(), read);
        let verified = match job {
            Ok(job) => job.wait().await,
            Err(error) => Err(error),
        };
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

fn tell<T, E>(what: &str, each: Result<Vec<AtPlace<T>>, E>)
where
    E: std::error::Error + 'static,
{
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

/// When an appspace has its turn, spread over so many minutes.
fn turn(id: AppspaceId, spread: u32) -> Turn {
    let hash = id.to_string().bytes().fold(0_u32, |hash, byte| {
        hash.wrapping_mul(31).wrapping_add(byte.into())
    });
    Turn {
        minutes: hash.checked_rem(spread).unwrap_or(0),
        day: hash / 7 % 7,
    }
}

/// The later of two moments. One that is not over yet was told by a clock that was wrong: it must not put off what is
/// due until then.
fn latest_by(now: Timestamp, last: Option<Timestamp>, created: Timestamp) -> Timestamp {
    let over = [last, Some(created)].into_iter().flatten();
    let over = over.filter(|moment| *moment <= now).max();
    over.unwrap_or(Timestamp(i64::MIN))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn moments_to_come_put_nothing_off() {
        let check = |last: Option<i64>, created: i64, expect: i64| {
            let last = last.map(Timestamp);
            let found = latest_by(Timestamp(100), last, Timestamp(created));
            assert_eq!(found, Timestamp(expect), "{last:?} {created}");
        };
        check(None, 50, 50);
        check(Some(70), 50, 70);
        check(Some(900), 50, 50);
        check(Some(100), 900, 100);
        check(None, 900, i64::MIN);
    }

    #[test]
    fn turns_are_spread() {
        let turns: Vec<_> = (0..200).map(|_| turn(AppspaceId::new(), 120)).collect();
        let minutes: BTreeSet<_> = turns.iter().map(|turn| turn.minutes).collect();
        let days: BTreeSet<_> = turns.iter().map(|turn| turn.day).collect();
        assert!(minutes.len() > 30 && minutes.iter().all(|one| *one < 120));
        assert!(days.len() == 7, "{days:?}");
        assert_eq!(turn(AppspaceId::new(), 0).minutes, 0);
    }
}
