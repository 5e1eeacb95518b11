//! What is said of snapshots, and of what goes wrong with them.

use ds_lifecycle::{JobError, NoKey, RestError, RestoreError, TakeError, Taken};

use crate::ops::{
    ErrorKind, OpError,
    amounts::{counted, size},
};

pub(super) fn short(id: &str) -> &str {
    id.get(..8).unwrap_or(id)
}

pub(super) fn told(taken: &Taken) -> String {
    let mut text = Vec::new();
    for kept in &taken.places {
        text.push(match &kept.outcome {
            Ok(stored) => format!(
                "Snapshot {} of {} is at {}: {}, {}, {} of it new.",
                stored.id.short(),
                taken.about.address,
                kept.place,
                counted(stored.files, "file"),
                size(stored.bytes_total),
                size(stored.bytes_new)
            ),
            Err(why) => format!("It is not at {}: {why}.", kept.place),
        });
    }
    text.join(" ")
}

pub(super) fn of_key(error: &NoKey) -> OpError {
    OpError::caused(ErrorKind::Internal, error)
}

fn of_job(error: &JobError) -> ErrorKind {
    match error {
        JobError::Busy { .. } | JobError::Cancelled | JobError::Stopping => ErrorKind::Busy,
        _ => ErrorKind::Internal,
    }
}

pub(super) fn of_take(error: &TakeError) -> OpError {
    let kind = match error {
        TakeError::Off => ErrorKind::Conflict,
        TakeError::Rest(RestError::StillInUse { .. }) => ErrorKind::Busy,
        TakeError::Job(error) => of_job(error),
        _ => ErrorKind::Internal,
    };
    OpError::caused(kind, error)
}

pub(super) fn of_restore(error: &RestoreError) -> OpError {
    let kind = match error {
        RestoreError::Off | RestoreError::AddressTaken(_) | RestoreError::InTheWay(_) => {
            ErrorKind::Conflict
        }
        RestoreError::NoApp(_) | RestoreError::NoVersion { .. } => ErrorKind::NotFound,
        RestoreError::Read(_)
        | RestoreError::Contents(_)
        | RestoreError::Damaged(_)
        | RestoreError::OtherAppspace(_)
        | RestoreError::NoPath(_) => ErrorKind::Invalid,
        RestoreError::Rest(RestError::StillInUse { .. }) => ErrorKind::Busy,
        RestoreError::Job(error) => of_job(error),
        _ => ErrorKind::Internal,
    };
    OpError::caused(kind, error)
}
