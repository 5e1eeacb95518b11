//! `/account/delete`: deleting one's own account, with archives to take along.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{AppendHeaders, IntoResponse as _, Redirect, Response},
    routing::{get, post},
};
use ds_auth::cookie::Kind;
use ds_core::JobKind;
use serde::Deserialize;

use super::{
    SiteState,
    error::{SiteError, sentence},
    forms::Fields,
    network::From,
    pages::{Frame, Here, page},
    person::Person,
    refusal::Told,
    to_the_end,
};
use crate::{
    control::hand_over,
    ops::{Going, JobStage, OpError},
};

/// The page.
#[derive(Template)]
#[template(path = "leave.html")]
struct LeavePage {
    frame: Frame,
    spaces: Vec<Space>,
    going: Going,
    is_running: bool,
    /// Why no archive was begun.
    archive_problem: Option<String>,
    problem: Option<String>,
}

/// That it is done.
#[derive(Template)]
#[template(path = "left.html")]
struct LeftPage;

/// An appspace that goes, and its archive.
struct Space {
    address: String,
    app: String,
    archive: Archive,
}

/// How an archive is.
///
/// ```text
///   None ──begin──▶ Running ──▶ Ready ──fetched──▶ None
///     ▲                └──▶ Failed ──▶┘
/// ```
enum Archive {
    None,
    Running(String),
    Ready(String),
    Failed(String),
}

/// Which appspace.
#[derive(Deserialize)]
struct Chosen {
    address: String,
}

/// What confirms it.
#[derive(Deserialize)]
struct Confirmed {
    password: String,
}

/// The pages of whoever leaves.
pub(super) fn routes() -> Router<SiteState> {
    Router::new()
        .route("/account/delete", get(show).post(delete))
        .route("/account/delete/archive", post(begin_archive))
        .route("/account/delete/archive/{job}", get(fetch_archive))
}

/// `GET /account/delete`
async fn show(State(site): State<SiteState>, person: Person) -> Result<Response, SiteError> {
    let view = view(&site, &person, None, None).await?;
    Ok(page(StatusCode::OK, &view))
}

/// `POST /account/delete`
async fn delete(
    State(site): State<SiteState>,
    person: Person,
    From(from): From,
    Fields(Confirmed { password }): Fields<Confirmed>,
) -> Result<Response, SiteError> {
    let (ops, account) = (site.ops.clone(), person.account.clone());
    let deleted =
        to_the_end(async move { ops.delete_own_account(&account, password, from).await }).await?;
    match deleted {
        Ok(()) => {
            let gone = (header::SET_COOKIE, site.cookies.clear(Kind::Account));
            let page = page(StatusCode::OK, &LeftPage);
            Ok((AppendHeaders([gone]), page).into_response())
        }
        Err(error) => {
            let told = Told::of(error)?;
            let view = view(&site, &person, None, Some(told.text.clone())).await?;
            Ok(told.with_headers(page(told.status, &view)))
        }
    }
}

/// `POST /account/delete/archive`
async fn begin_archive(
    State(site): State<SiteState>,
    person: Person,
    Fields(Chosen { address }): Fields<Chosen>,
) -> Result<Response, SiteError> {
    let owner = person.account.id;
    match site.ops.begin_archive(owner, &address, true).await {
        Ok(_) => Ok(Redirect::to("/account/delete").into_response()),
        Err(error) => {
            let told = Told::of(error)?;
            let view = view(&site, &person, Some(told.text.clone()), None).await?;
            Ok(page(told.status, &view))
        }
    }
}

/// `GET /account/delete/archive/{job}`
async fn fetch_archive(
    State(site): State<SiteState>,
    person: Person,
    Path(job): Path<String>,
) -> Result<Response, SiteError> {
    let job = job.parse().map_err(|_| SiteError::NoPage)?;
    let archive = site.ops.take_archive(person.account.id, job).await?;
    Ok(hand_over::answer(archive))
}

async fn view(
    site: &SiteState,
    person: &Person,
    archive_problem: Option<String>,
    problem: Option<String>,
) -> Result<LeavePage, SiteError> {
    let going = site.ops.what_goes(person.account.id).await?;
    let mut spaces = Vec::new();
    for space in &going.appspaces {
        let address = space.appspace.address.to_string();
        spaces.push(Space {
            archive: archive_of(site, person, &address).await?,
            app: format!("{} {}", space.app_name, space.appspace.version),
            address,
        });
    }
    Ok(LeavePage {
        frame: person.frame(Here::Account),
        is_running: spaces
            .iter()
            .any(|space| matches!(space.archive, Archive::Running(_))),
        spaces,
        going,
        archive_problem,
        problem,
    })
}

/// How the archive of an appspace is.
async fn archive_of(site: &SiteState, person: &Person, address: &str) -> Result<Archive, OpError> {
    let owner = person.account.id;
    let name = format!("{address}.tar.zst");
    for (job, called) in site.ops.archives_of(owner) {
        if called == name
            && let Ok(follow) = site.ops.follow(owner, job).await
        {
            let report = follow.now();
            if report.stage == JobStage::Done {
                return Ok(Archive::Ready(job.to_string()));
            }
            let step = report.progress.and_then(|progress| progress.step);
            let step = step.map(|step| step.to_string());
            let words = sentence(step.as_deref().unwrap_or("waiting for its turn"));
            return Ok(Archive::Running(words));
        }
    }
    // What failed is not among those that wait.
    let last = site.ops.jobs_of(owner, address).await?.into_iter().next();
    let failed = last.filter(|job| job.kind == JobKind::Export && job.stage == JobStage::Failed);
    Ok(match failed.and_then(|job| job.failure) {
        Some(why) => Archive::Failed(sentence(&why.to_string())),
        None => Archive::None,
    })
}
