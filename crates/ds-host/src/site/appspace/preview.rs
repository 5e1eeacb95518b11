//! Previews of an appspace: snapshots opened for its owner alone, to look at before one is put back.
//!
//! `POST /appspaces/{name}/preview` with the field `snapshot` (the id of a snapshot, the beginning of one, or `latest`)
//! begins a job that opens the snapshot, and goes to `GET /appspaces/{name}/preview`, which shows how far that is and then
//! links to the preview. `POST /appspaces/{name}/preview/close` with the field `address` closes one.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use ds_core::JobKind;
use serde::Deserialize;

use super::version::JobRow;
use crate::{
    ops::{ErrorKind, JobStage, OpError, PreviewSummary},
    site::{
        SiteState,
        error::{SiteError, told},
        forms::Fields,
        label,
        pages::{Frame, Here, page},
        person::Person,
        to_the_end, words,
    },
};

/// `GET /appspaces/{name}/preview`
#[derive(Debug, Template)]
#[template(path = "preview.html")]
struct PreviewPage {
    frame: Frame,
    name: String,
    /// What is being done to the appspace; first of all, a snapshot being opened.
    running: Option<JobRow>,
    open: Vec<PreviewRow>,
    problem: Option<String>,
}

/// A snapshot that is open.
#[derive(Debug)]
struct PreviewRow {
    address: String,
    made: String,
    version: String,
    until: String,
}

impl From<PreviewSummary> for PreviewRow {
    fn from(summary: PreviewSummary) -> Self {
        Self {
            address: summary.address.to_string(),
            made: words::time(summary.made),
            version: summary.version.to_string(),
            until: words::time(summary.until),
        }
    }
}

pub(in crate::site) async fn show(
    State(site): State<SiteState>,
    person: Person,
    Path(name): Path<String>,
) -> Result<Response, SiteError> {
    answer(&site, &person, &name, None).await
}

/// The snapshot that was chosen.
#[derive(Debug, Deserialize)]
pub(in crate::site) struct Chosen {
    snapshot: String,
}

pub(in crate::site) async fn open(
    State(site): State<SiteState>,
    person: Person,
    Path(name): Path<String>,
    Fields(Chosen { snapshot }): Fields<Chosen>,
) -> Result<Response, SiteError> {
    let (ops, owner, of) = (site.ops.clone(), person.account.id, name.clone());
    let begun = to_the_end(async move { ops.preview(owner, &of, &snapshot).await }).await?;
    match begun {
        Ok(_) => back(&site, &name),
        Err(error) => answer(&site, &person, &name, Some(error)).await,
    }
}

/// The preview that was chosen.
#[derive(Debug, Deserialize)]
pub(in crate::site) struct ChosenPreview {
    address: String,
}

pub(in crate::site) async fn close(
    State(site): State<SiteState>,
    person: Person,
    Path(name): Path<String>,
    Fields(ChosenPreview { address }): Fields<ChosenPreview>,
) -> Result<Response, SiteError> {
    let (ops, owner) = (site.ops.clone(), person.account.id);
    let closed = to_the_end(async move { ops.close_preview(owner, &address).await }).await?;
    match closed {
        // What is closed already is what was wanted.
        Err(error) if error.kind() != ErrorKind::NotFound => {
            answer(&site, &person, &name, Some(error)).await
        }
        _ => back(&site, &name),
    }
}

fn back(site: &SiteState, name: &str) -> Result<Response, SiteError> {
    let address = site.ops.names().address(name)?;
    let label = label(site.ops.names(), &address);
    Ok(Redirect::to(&format!("/appspaces/{label}/preview")).into_response())
}

async fn answer(
    site: &SiteState,
    person: &Person,
    name: &str,
    refused: Option<OpError>,
) -> Result<Response, SiteError> {
    let (owner, ops) = (person.account.id, &site.ops);
    let open = ops.previews_of(owner, name).await?;
    let jobs = ops.jobs_of(owner, name).await?;
    let address = ops.names().address(name)?;
    let status = refused
        .as_ref()
        .map_or(StatusCode::OK, |error| error.kind().status());
    let last = jobs.first().filter(|job| job.kind == JobKind::Preview);
    let failed = last.filter(|job| job.stage == JobStage::Failed);
    let failed = failed.and_then(|job| {
        let (when, why) = (words::time(job.begun), job.failure.as_deref()?);
        Some(format!("The one begun on {when} UTC: {}", told(why)))
    });
    let running = jobs.iter().find(|job| !job.stage.is_over());
    let view = PreviewPage {
        frame: person.frame(Here::Appspaces),
        name: label(ops.names(), &address).to_owned(),
        running: running.map(Into::into),
        open: open.into_iter().map(Into::into).collect(),
        problem: refused.as_ref().map(told).or(failed),
    };
    Ok(page(status, &view))
}
