//! Jobs and the trash in words and tables.

use super::{plain, table};
use crate::{
    cli::follow,
    control::wire::{Job, Trashed},
};

/// A job, in a sentence or two.
pub(super) fn job(job: &Job) -> String {
    let words = match (follow::failure(job), &job.said) {
        (Some(failure), _) => failure.to_string(),
        (None, Some(said)) => said.clone(),
        (None, None) => follow::words(job),
    };
    format!("{}\n", plain(&words))
}

pub(super) fn list(jobs: &[Job]) -> String {
    let rows = jobs.iter().map(|job| {
        let state = match &job.step {
            Some(step) => format!("{}: {step}", job.state),
            None => job.state.clone(),
        };
        vec![job.id.clone(), job.begun.clone(), job.title.clone(), state]
    });
    table(
        &["ID", "BEGUN", "WHAT", "STATE"],
        rows,
        "There are no jobs.\n",
    )
}

pub(super) fn deleted(one: &Trashed) -> String {
    format!(
        "{} is in the trash until {}.\nTo bring it back: ds-host trash restore {}\n",
        one.address, one.removed, one.id
    )
}

pub(super) fn trash(all: &[Trashed]) -> String {
    let rows = all.iter().map(|one| {
        vec![
            one.id.clone(),
            one.address.clone(),
            one.app.clone(),
            one.version.clone(),
            one.deleted.clone(),
            one.removed.clone(),
        ]
    });
    let head = ["ID", "NAME", "APP", "VERSION", "DELETED", "KEPT UNTIL"];
    table(&head, rows, "The trash is empty.\n")
}

pub(super) fn removed(gone: &[Trashed]) -> String {
    match gone {
        [] => "The trash was empty.\n".to_owned(),
        gone => gone
            .iter()
            .map(|one| ["Removed ", &one.address, " for good.\n"].concat())
            .collect(),
    }
}
