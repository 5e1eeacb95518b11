//! The pages about moves: making a code, bringing an appspace, and what was moved.

use askama::Template;
use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use ds_core::JobKind;
use serde::Deserialize;

use super::{
    SiteState,
    error::{SiteError, sentence, told},
    forms::Fields,
    label,
    pages::{Frame, Here, page},
    person::Person,
    to_the_end, words,
};
use crate::ops::{JobReport, MoveSummary, Names, OpError};

/// How many jobs the page shows.
const JOBS: usize = 5;

pub(super) fn routes() -> Router<SiteState> {
    Router::new()
        .route("/appspaces/{name}/move", get(form).post(offer))
        .route("/moves", get(list))
        .route("/moves/bring", get(bring_form).post(bring))
        .route("/moves/cancel", post(cancel))
        .route("/moves/insist", post(insist))
        .route("/moves/redirect", post(end_redirect))
}

#[derive(Debug, Template)]
#[template(path = "move.html")]
struct MovePage {
    frame: Frame,
    name: String,
    address: String,
    /// The code, the one time that it is shown.
    code: Option<String>,
    expires: String,
    problem: Option<String>,
}

#[derive(Debug, Template)]
#[template(path = "bring.html")]
struct BringPage {
    frame: Frame,
    code: String,
    label: String,
    problem: Option<String>,
    scheme: &'static str,
    domain_and_port: String,
}

#[derive(Debug, Template)]
#[template(path = "moves.html")]
struct MovesPage {
    frame: Frame,
    jobs: Vec<JobNote>,
    rows: Vec<Row>,
    problem: Option<String>,
}

/// A job that brings an appspace here.
#[derive(Debug)]
struct JobNote {
    id: String,
    title: String,
    words: String,
    running: bool,
    can_cancel: bool,
    failed: bool,
}

/// One move.
#[derive(Debug)]
struct Row {
    name: String,
    words: String,
    problem: Option<String>,
    open: bool,
    redirects: bool,
    /// Whether it waits for a host that has been asked and said nothing.
    waits: bool,
}

impl From<JobReport> for JobNote {
    fn from(job: JobReport) -> Self {
        let running = !job.stage.is_over();
        let progress = job.progress.as_ref();
        let step = progress.and_then(|progress| progress.step);
        let words = match (&job.failure, &job.said, step) {
            (Some(error), ..) => told(error),
            (None, Some(said), _) => said.clone(),
            (None, None, Some(step)) if running => sentence(&step.to_string()),
            _ => sentence(job.stage.word()),
        };
        Self {
            id: job.id.to_string(),
            can_cancel: running && progress.is_some_and(ds_lifecycle::JobProgress::can_cancel),
            failed: job.failure.is_some(),
            title: job.title,
            words,
            running,
        }
    }
}

impl Row {
    fn of(names: &Names, one: MoveSummary) -> Self {
        let other = one.other.as_deref().unwrap_or_default();
        let when = words::time(one.begun);
        let words = match one.state {
            "offered" => format!("A code was made {when} UTC"),
            "moving" => format!("Going to {other}"),
            "moved" if one.redirects => format!("Moved to {other}; its address leads there"),
            "moved" => format!("Moved to {other}"),
            "undecided" => format!("All here; {other} has not said yet that it is moved"),
            "here" => format!("Came from {other}, {when} UTC"),
            _ => format!("Stayed at {other}"),
        };
        Self {
            name: label(names, &one.address).to_owned(),
            words,
            open: one.is_open(),
            redirects: one.redirects,
            waits: one.state == "undecided" && one.problem.is_some(),
            problem: one.problem,
        }
    }
}

/// `GET /appspaces/{name}/move`
async fn form(
    State(site): State<SiteState>,
    person: Person,
    Path(name): Path<String>,
) -> Result<Response, SiteError> {
    let summary = site.ops.appspace(person.account.id, &name).await?;
    let view = MovePage {
        frame: person.frame(Here::Appspaces),
        name: label(site.ops.names(), &summary.appspace.address).to_owned(),
        address: summary.appspace.address.to_string(),
        code: None,
        expires: String::new(),
        problem: None,
    };
    Ok(page(StatusCode::OK, &view))
}

/// `POST /appspaces/{name}/move`
async fn offer(
    State(site): State<SiteState>,
    person: Person,
    Path(name): Path<String>,
) -> Result<Response, SiteError> {
    let summary = site.ops.appspace(person.account.id, &name).await?;
    let offered = site.ops.offer_move(person.account.id, &name).await;
    let status = offered
        .as_ref()
        .map_or_else(|error| error.kind().status(), |_| StatusCode::OK);
    let view = MovePage {
        frame: person.frame(Here::Appspaces),
        name: label(site.ops.names(), &summary.appspace.address).to_owned(),
        address: summary.appspace.address.to_string(),
        problem: offered.as_ref().err().map(told),
        expires: offered
            .as_ref()
            .map_or_else(|_| String::new(), |offer| words::time(offer.expires)),
        code: offered.ok().map(|offer| offer.code),
    };
    Ok(page(status, &view))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wanted {
    label: String,
    code: String,
}

/// `GET /moves/bring`
async fn bring_form(State(site): State<SiteState>, person: Person) -> Response {
    bring_page(&site, &person, &Wanted::default(), None)
}

fn bring_page(
    site: &SiteState,
    person: &Person,
    wanted: &Wanted,
    error: Option<&OpError>,
) -> Response {
    let names = site.ops.names();
    let port = names.port.map(|port| format!(":{port}"));
    let view = BringPage {
        frame: person.frame(Here::Appspaces),
        code: wanted.code.chars().take(600).collect(),
        label: wanted.label.chars().take(100).collect(),
        problem: error.map(told),
        scheme: if names.https { "https" } else { "http" },
        domain_and_port: format!("{}{}", names.domain, port.unwrap_or_default()),
    };
    let status = error.map_or(StatusCode::OK, |error| error.kind().status());
    page(status, &view)
}

/// `POST /moves/bring`
async fn bring(
    State(site): State<SiteState>,
    person: Person,
    Fields(wanted): Fields<Wanted>,
) -> Response {
    let name = wanted.label.trim().to_lowercase();
    let begun = site.ops.take_move(person.account.id, &wanted.code, &name);
    match begun.await {
        Ok(_) => Redirect::to("/moves").into_response(),
        Err(error) => bring_page(&site, &person, &wanted, Some(&error)),
    }
}

/// `GET /moves`
async fn list(State(site): State<SiteState>, person: Person) -> Result<Response, SiteError> {
    moves_page(&site, &person, None).await
}

async fn moves_page(
    site: &SiteState,
    person: &Person,
    error: Option<&OpError>,
) -> Result<Response, SiteError> {
    let owner = person.account.id;
    let jobs = site.ops.jobs(owner).await?.into_iter();
    let jobs = jobs.filter(|job| job.kind == JobKind::Move && job.progress.is_some());
    let moves = site.ops.moves(owner).await?.into_iter();
    let view = MovesPage {
        frame: person.frame(Here::Appspaces),
        jobs: jobs.take(JOBS).map(Into::into).collect(),
        rows: moves.map(|one| Row::of(site.ops.names(), one)).collect(),
        problem: error.map(told),
    };
    let status = error.map_or(StatusCode::OK, |error| error.kind().status());
    Ok(page(status, &view))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Chosen {
    name: String,
    job: String,
}

/// `POST /moves/cancel`: a move, or the job that brings one here.
async fn cancel(
    State(site): State<SiteState>,
    person: Person,
    Fields(chosen): Fields<Chosen>,
) -> Result<Response, SiteError> {
    let (ops, owner) = (site.ops.clone(), person.account.id);
    let ended = to_the_end(async move {
        match chosen.job.parse() {
            Ok(job) => ops.cancel(owner, job).await.map(drop),
            Err(_) => ops.cancel_move(owner, &chosen.name).await.map(drop),
        }
    });
    after(&site, &person, ended.await?).await
}

/// `POST /moves/insist`
async fn insist(
    State(site): State<SiteState>,
    person: Person,
    Fields(chosen): Fields<Chosen>,
) -> Result<Response, SiteError> {
    let (ops, owner) = (site.ops.clone(), person.account.id);
    let opened = to_the_end(async move { ops.insist_on_move(owner, &chosen.name).await.map(drop) });
    after(&site, &person, opened.await?).await
}

/// `POST /moves/redirect`
async fn end_redirect(
    State(site): State<SiteState>,
    person: Person,
    Fields(chosen): Fields<Chosen>,
) -> Result<Response, SiteError> {
    let ended = site.ops.end_redirect(person.account.id, &chosen.name);
    let ended = ended.await.map(drop);
    after(&site, &person, ended).await
}

async fn after(
    site: &SiteState,
    person: &Person,
    outcome: Result<(), OpError>,
) -> Result<Response, SiteError> {
    match outcome {
        Ok(()) => Ok(Redirect::to("/moves").into_response()),
        Err(error) => moves_page(site, person, Some(&error)).await,
    }
}
