//! When there is something to tell.

use std::time::Duration;

use ds_core::{
    Timestamp,
    snapshots::{Every, SnapshotAlert, SnapshotRecord},
};

/// How long after a mail the next one about the same.
const REMINDED: Duration = Duration::from_hours(7 * 24);
/// How long after a mail the next one about others: a place that is away concerns all, one after the other.
const QUIET: Duration = Duration::from_hours(6);

/// The mail that is due to an owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mail {
    /// None.
    Nothing,
    /// That there are no snapshots of some.
    Missing,
    /// That there are of all again.
    Over,
}

/// Whether the last snapshot of an appspace is too long ago.
pub(super) fn is_late(
    every: Every,
    created: Timestamp,
    record: &SnapshotRecord,
    now: Timestamp,
) -> bool {
    let last = record.success.as_ref().map(|last| last.made);
    // One of a time to come was taken before the clock was set back.
    let last = last.filter(|last| *last <= now).unwrap_or(created);
    let late = every.late_after();
    // An appspace from an older snapshot is younger than that.
    late.is_some_and(|late| last.max(created) < now.minus(late))
}

/// What pages say from now on.
pub(super) fn judged(
    every: Every,
    is_late: bool,
    alert: SnapshotAlert,
    now: Timestamp,
) -> SnapshotAlert {
    match every {
        // Nobody wants any: there is nothing to tell, not even that it is over.
        Every::Off => SnapshotAlert::default(),
        _ if is_late => SnapshotAlert {
            since: alert.since.or(Some(now)),
            ..alert
        },
        _ => SnapshotAlert {
            since: None,
            ..alert
        },
    }
}

/// The mail that is due, given the alerts of all of an owner's appspaces.
pub(super) fn mail(alerts: &[SnapshotAlert], now: Timestamp) -> Mail {
    let is_missing = |alert: &&SnapshotAlert| alert.since.is_some();
    if !alerts.iter().any(|alert| is_missing(&alert)) {
        let is_over = alerts.iter().any(|alert| alert.mailed.is_some());
        return if is_over { Mail::Over } else { Mail::Nothing };
    }
    let mailed = alerts.iter().filter_map(|alert| alert.mailed).max();
    if mailed.is_some_and(|mailed| now.minus(QUIET) < mailed && mailed <= now) {
        return Mail::Nothing;
    }
    let is_due = |alert: &SnapshotAlert| match alert.mailed {
        None => true,
        // A clock that was set back must not keep us silent.
        Some(mailed) => mailed <= now.minus(REMINDED) || mailed > now,
    };
    if alerts.iter().filter(is_missing).any(is_due) {
        Mail::Missing
    } else {
        Mail::Nothing
    }
}

/// The state of an alert after a mail, which tells all there is to tell.
pub(super) fn told(alert: SnapshotAlert, now: Timestamp) -> SnapshotAlert {
    SnapshotAlert {
        mailed: alert.since.map(|_| now),
        ..alert
    }
}
