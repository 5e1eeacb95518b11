//! Work of the whole host that goes on, as the home page shows it to those who run the host.

use axum::{extract::State, response::Redirect};
use serde::Deserialize;

use super::{
    SiteState,
    error::{SiteError, sentence},
    forms::Fields,
    person::Person,
};
use crate::ops::{JobReport, OpError, Ops};

/// Work of the whole host.
#[derive(Debug)]
pub struct HostJob {
    /// Its id.
    pub id: String,
    /// What it does.
    pub title: String,
    /// The step that is being done.
    pub words: String,
    /// How much of it is done.
    pub amount: String,
}

impl From<&JobReport> for HostJob {
    fn from(report: &JobReport) -> Self {
        let progress = report.progress.as_ref();
        let step = progress.and_then(|progress| progress.step);
        let amount = progress.filter(|progress| progress.bytes_expected > 1 << 20);
        Self {
            id: report.id.to_string(),
            title: report.title.clone(),
            words: step.map_or_else(
                || sentence("waiting for its turn"),
                |step| sentence(&step.to_string()),
            ),
            amount: amount.map_or_else(String::new, |progress| {
                format!(
                    "{} of {} MiB.",
                    progress.bytes_done >> 20,
                    progress.bytes_expected >> 20
                )
            }),
        }
    }
}

/// What goes on, if something does that this person may follow.
pub(super) async fn running(ops: &Ops, person: &Person) -> Result<Option<HostJob>, OpError> {
    if !person.account.is_admin {
        return Ok(None);
    }
    let found = ops.host_job(person.account.id).await?;
    Ok(found.as_ref().map(Into::into))
}

/// The job that was chosen.
#[derive(Debug, Deserialize)]
pub(super) struct Chosen {
    job: String,
}

/// `POST /jobs/cancel`
pub(super) async fn cancel(
    State(site): State<SiteState>,
    person: Person,
    Fields(Chosen { job }): Fields<Chosen>,
) -> Result<Redirect, SiteError> {
    let id = job.parse().map_err(|_| SiteError::BadForm)?;
    // It was over already, or is being finished: the page says so.
    let _ = site.ops.cancel(person.account.id, id).await;
    Ok(Redirect::to("/"))
}
