//! Which version an appspace runs, what is being done to it, what was done, and its deletion.

use axum::{
    extract::{Path, State},
    response::{IntoResponse as _, Redirect, Response},
};
use ds_core::Appspace;
use serde::Deserialize;

use super::{Refused, Span, answer, back_to, upgrades::UpgradePart};
use crate::{
    ops::{ErrorKind, JobReport, JobStage, OpError, Ops},
    site::{
        SiteState,
        error::{SiteError, sentence, told},
        forms::Fields,
        label,
        person::Person,
        to_the_end, words,
    },
};

/// How many jobs are shown.
const JOBS: usize = 6;

/// What the page shows of all this.
#[derive(Debug, Default)]
pub(super) struct VersionPart {
    /// The newest installed version, if it is newer than what runs.
    pub(super) newer: Option<String>,
    /// The other installed versions, newest first.
    pub(super) others: Vec<String>,
    /// What is being done.
    pub(super) running: Option<JobRow>,
    /// What was done, newest first.
    pub(super) jobs: Vec<JobRow>,
    /// Whether newer ones come by themselves.
    pub(super) upgrades: UpgradePart,
    /// Why a change was not begun.
    pub(super) problem: Option<String>,
    /// Why it was not deleted.
    pub(super) delete_problem: Option<String>,
    /// What is wrong with the appspace, and what to do.
    pub(super) anomaly: Option<String>,
}

/// A job.
#[derive(Debug)]
pub(super) struct JobRow {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) begun: String,
    /// How it ended, or what is being done.
    pub(super) words: String,
    pub(super) failed: bool,
    pub(super) can_cancel: bool,
    /// How many of how many steps are done.
    pub(super) steps: (usize, usize),
}

impl From<&JobReport> for JobRow {
    fn from(report: &JobReport) -> Self {
        let (number, steps) = report.step();
        let progress = report.progress.as_ref();
        Self {
            id: report.id.to_string(),
            title: report.title.clone(),
            begun: words::time(report.begun),
            words: outcome(report),
            failed: matches!(report.stage, JobStage::Failed | JobStage::Unsettled),
            can_cancel: progress.is_some_and(ds_lifecycle::JobProgress::can_cancel),
            steps: (number.saturating_sub(1), steps),
        }
    }
}

fn outcome(report: &JobReport) -> String {
    let step = report.progress.as_ref().and_then(|progress| progress.step);
    match (report.stage, &report.failure) {
        (JobStage::Waiting, _) => "Waiting for its turn.".to_owned(),
        (JobStage::Undoing, _) => "Being undone.".to_owned(),
        (JobStage::Running, _) => step.map_or_else(String::new, |step| sentence(&step.to_string())),
        (JobStage::Failed, Some(why)) => {
            format!("{} Everything is as it was before.", told(why))
        }
        (_, Some(why)) => format!("{} It waits for the host to be restarted.", told(why)),
        _ => report.said.clone().unwrap_or_else(|| "Done.".to_owned()),
    }
}

/// Gathers it.
pub(super) async fn part(
    ops: &Ops,
    appspace: &Appspace,
    is_closed: bool,
    refused: &Refused,
) -> Result<VersionPart, OpError> {
    let versions = ops.versions_for(appspace).await?;
    let newer = ops.newer(appspace).await?;
    let jobs = ops.jobs_of(appspace.owner, appspace.address.as_str());
    let jobs = jobs.await?;
    let running = jobs.iter().find(|job| !job.stage.is_over());
    let others = versions.iter().map(|one| one.version.to_string());
    Ok(VersionPart {
        newer: newer.map(|newer| newer.version.to_string()),
        others: others
            .filter(|one| *one != appspace.version.to_string())
            .collect(),
        running: running.map(Into::into),
        upgrades: ops.upgrade_report(appspace).await?.into(),
        jobs: jobs
            .iter()
            .filter(|job| job.stage.is_over())
            .take(JOBS)
            .map(Into::into)
            .collect(),
        problem: refused.version.as_ref().map(told),
        delete_problem: refused.delete.as_ref().map(told),
        // What is at rest for a job is not opened.
        anomaly: if is_closed && running.is_none() {
            ops.anomaly(appspace).await.map(|why| sentence(&why))
        } else {
            None
        },
    })
}

/// The version that was chosen.
#[derive(Debug, Deserialize)]
pub(in crate::site) struct Chosen {
    version: String,
}

/// `POST /appspaces/{name}/version`
pub(in crate::site) async fn change(
    State(site): State<SiteState>,
    person: Person,
    Path(name): Path<String>,
    Fields(Chosen { version }): Fields<Chosen>,
) -> Result<Response, SiteError> {
    let (ops, owner, of) = (site.ops.clone(), person.account.id, name.clone());
    let begun = to_the_end(async move { ops.upgrade(owner, &of, Some(&version)).await }).await?;
    let refuse = |error| Refused {
        version: Some(error),
        ..Refused::default()
    };
    end(&site, &person, &name, begun.map(|_| ()), refuse).await
}

/// The job that was chosen.
#[derive(Debug, Deserialize)]
pub(in crate::site) struct ChosenJob {
    job: String,
}

/// `POST /appspaces/{name}/cancel`
pub(in crate::site) async fn cancel(
    State(site): State<SiteState>,
    person: Person,
    Path(name): Path<String>,
    Fields(ChosenJob { job }): Fields<ChosenJob>,
) -> Result<Response, SiteError> {
    let id = job.parse().map_err(|_| SiteError::BadForm)?;
    // It was over already, or is being finished: the page says so.
    let _ = site.ops.cancel(person.account.id, id).await;
    back_to(&site, &name, "version")
}

/// What was typed.
#[derive(Debug, Deserialize)]
pub(in crate::site) struct Typed {
    name: String,
}

/// `POST /appspaces/{name}/delete`
pub(in crate::site) async fn delete(
    State(site): State<SiteState>,
    person: Person,
    Path(name): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response, SiteError> {
    let address = site.ops.names().address(&name)?;
    let meant = label(site.ops.names(), &address).to_owned();
    let deleted = if typed.name.trim().eq_ignore_ascii_case(&meant) {
        let (ops, owner, of) = (site.ops.clone(), person.account.id, name.clone());
        to_the_end(async move { ops.delete_appspace(owner, &of).await }).await?
    } else {
        let message = format!("to delete it, type its name, {meant}");
        Err(OpError::new(ErrorKind::Invalid, message))
    };
    if deleted.is_ok() {
        return Ok(Redirect::to("/#trash").into_response());
    }
    let refuse = |error| Refused {
        delete: Some(error),
        ..Refused::default()
    };
    end(&site, &person, &name, deleted.map(|_| ()), refuse).await
}

/// The page again: from the start, or with what was refused.
async fn end(
    site: &SiteState,
    person: &Person,
    name: &str,
    outcome: Result<(), OpError>,
    refuse: impl FnOnce(OpError) -> Refused,
) -> Result<Response, SiteError> {
    match outcome {
        Ok(()) => back_to(site, name, "version"),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(error.into()),
        Err(error) => answer(site, person, name, Span::Hours, refuse(error)).await,
    }
}
