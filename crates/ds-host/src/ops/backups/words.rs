//! What is said of snapshots, and of what goes wrong with them.

use ds_backup::snapshots::Verified;
use ds_core::error_chain;
use ds_lifecycle::{
    AtPlace, JobError, NoKey, RestError, RestoreError, TakeError, Taken, VerifyError,
};

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

pub(super) fn of_verify(error: &VerifyError) -> OpError {
    let kind = match error {
        VerifyError::Twice => ErrorKind::Conflict,
        VerifyError::Key(_) => ErrorKind::Internal,
        VerifyError::Job(error) => of_job(error),
    };
    OpError::caused(kind, error)
}

/// What reading back found.
pub(super) fn verified(each: Vec<AtPlace<Verified>>) -> Result<String, OpError> {
    let (mut sound, mut wrong) = (Vec::new(), Vec::new());
    for AtPlace { place, outcome } in each {
        match outcome {
            Ok(verified) if verified.is_sound() => sound.push(place),
            Ok(verified) => wrong.push(format!("{place}: {}", verified.faults.join("; "))),
            Err(error) => wrong.push(format!("{place}: {}", error_chain(&error))),
        }
    }
    if wrong.is_empty() {
        return Ok(format!("All is well at {}.", sound.join(" and ")));
    }
    let message = format!("not all snapshots are whole. {}", wrong.join(". "));
    Err(OpError::new(ErrorKind::Internal, message).with_hint(
        "do not delete anything there; `restic check --read-data` says more, and new snapshots go to other places, too",
    ))
}
