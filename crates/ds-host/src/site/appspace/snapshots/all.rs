//! All snapshots of an appspace, and how often they are taken.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use ds_backup::snapshots::Retention;
use ds_core::{Clock as _, JobId, SystemClock, snapshots::Every};
use serde::Deserialize;

use super::{Card, name_of, row::SnapshotRow, strip::Strip, to_all};
use crate::{
    ops::{ErrorKind, JobReport, OpError, Ops, Schedule, ScheduleChange},
    site::{
        SiteState,
        appspace::version::JobRow,
        error::{SiteError, sentence, told},
        forms::{Asked, Fields},
        pages::{Frame, Here, page},
        person::Person,
        to_the_end,
    },
};

/// How many snapshots are listed.
const LISTED: usize = 100;

/// `GET /appspaces/{name}/snapshots`
#[derive(Debug, Template)]
#[template(path = "snapshots.html")]
struct SnapshotsPage {
    frame: Frame,
    name: String,
    state: Card,
    /// What is being done, or came of what was just begun.
    job: Option<JobRow>,
    is_running: bool,
    problem: Option<String>,
    rows: Vec<SnapshotRow>,
    /// How many more there are.
    more: usize,
    strip: Strip,
    /// Why not all that there are may be listed.
    silent: Vec<String>,
    form: ScheduleForm,
}

/// The schedule, as it is set.
#[derive(Debug)]
struct ScheduleForm {
    /// What holds for all.
    host: String,
    /// What can be chosen, and whether it is.
    choices: Vec<(String, bool)>,
    /// Name, title, what holds for all, what is set.
    keeps: [(&'static str, &'static str, u32, String); 4],
}

/// What stands after the `?`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::site) struct Wanted {
    job: String,
}

pub(in crate::site) async fn show(
    State(site): State<SiteState>,
    person: Person,
    Path(name): Path<String>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response, SiteError> {
    answer(&site, &person, &name, wanted.job.parse().ok(), None).await
}

pub(in crate::site) async fn take(
    State(site): State<SiteState>,
    person: Person,
    Path(name): Path<String>,
) -> Result<Response, SiteError> {
    let (ops, owner, of) = (site.ops.clone(), person.account.id, name.clone());
    match to_the_end(async move { ops.back_up(owner, &of).await }).await? {
        Ok(job) => to_all(&site, &name, Some(&job)),
        Err(error) => refuse(&site, &person, &name, error).await,
    }
}

/// What was chosen.
#[derive(Debug, Deserialize)]
#[serde(default)]
#[derive(Default)]
pub(in crate::site) struct Chosen {
    every: String,
    keep_last: String,
    keep_daily: String,
    keep_weekly: String,
    keep_monthly: String,
}

pub(in crate::site) async fn change(
    State(site): State<SiteState>,
    person: Person,
    Path(name): Path<String>,
    Fields(chosen): Fields<Chosen>,
) -> Result<Response, SiteError> {
    let change = ScheduleChange::of([
        ("every", &*chosen.every),
        ("keep_last", &*chosen.keep_last),
        ("keep_daily", &*chosen.keep_daily),
        ("keep_weekly", &*chosen.keep_weekly),
        ("keep_monthly", &*chosen.keep_monthly),
    ]);
    let (ops, owner, of) = (site.ops.clone(), person.account.id, name.clone());
    let changed = to_the_end(async move { ops.set_snapshot_schedule(owner, &of, change?).await });
    match changed.await? {
        Ok(_) => to_all(&site, &name, None),
        Err(error) => refuse(&site, &person, &name, error).await,
    }
}

async fn refuse(
    site: &SiteState,
    person: &Person,
    name: &str,
    error: OpError,
) -> Result<Response, SiteError> {
    if error.kind() == ErrorKind::NotFound {
        return Err(error.into());
    }
    answer(site, person, name, None, Some(error)).await
}

async fn answer(
    site: &SiteState,
    person: &Person,
    name: &str,
    job: Option<JobId>,
    refused: Option<OpError>,
) -> Result<Response, SiteError> {
    let (owner, ops, is_admin) = (person.account.id, &site.ops, person.account.is_admin);
    let schedule = one_schedule(ops, person, name).await?;
    let listed = ops.snapshots_shown(owner, name).await?;
    let job = shown_job(ops, person, name, job).await?;
    let name = name_of(ops, name)?;
    let made = listed.all.iter().map(|one| one.snapshot.made);
    let rows = listed.all.iter().take(LISTED);
    let status = refused
        .as_ref()
        .map_or(StatusCode::OK, |error| error.kind().status());
    let view = SnapshotsPage {
        frame: person.frame(Here::Appspaces),
        state: Card::of(&name, &schedule.state, is_admin),
        is_running: job.as_ref().is_some_and(|job| !job.stage.is_over()),
        job: job.as_ref().map(Into::into),
        problem: refused.as_ref().map(told),
        strip: Strip::of(made, SystemClock.now()),
        rows: rows.map(|one| SnapshotRow::of(one, is_admin)).collect(),
        more: listed.all.len().saturating_sub(LISTED),
        silent: silent(listed.silent, is_admin),
        form: ScheduleForm::of(&schedule),
        name,
    };
    Ok(page(status, &view))
}

async fn one_schedule(ops: &Ops, person: &Person, name: &str) -> Result<Schedule, SiteError> {
    let schedules = ops
        .snapshot_schedules(person.account.id, Some(name))
        .await?;
    schedules.into_iter().next().ok_or(SiteError::NoPage)
}

/// The job that was asked for; else the one that runs.
async fn shown_job(
    ops: &Ops,
    person: &Person,
    name: &str,
    job: Option<JobId>,
) -> Result<Option<JobReport>, SiteError> {
    let owner = person.account.id;
    if let Some(job) = job
        && let Ok(follow) = ops.follow(owner, job).await
    {
        return Ok(Some(follow.now()));
    }
    let jobs = ops.jobs_of(owner, name).await?;
    Ok(jobs.into_iter().find(|job| !job.stage.is_over()))
}

fn silent(silent: Vec<(String, String)>, is_admin: bool) -> Vec<String> {
    if is_admin {
        let each = silent.into_iter();
        return each
            .map(|(place, why)| sentence(&format!("{place}: {why}")))
            .collect();
    }
    if silent.is_empty() {
        return Vec::new();
    }
    vec![
        "What is kept at one place or more cannot be listed now; whoever runs the host finds the reason in its log."
            .to_owned(),
    ]
}

impl ScheduleForm {
    fn of(schedule: &Schedule) -> Self {
        let (every, host) = schedule.host;
        let usual = [1, 3, 6, 12].map(Every::Hours).into_iter();
        let mut choices: Vec<Every> = usual
            .chain([Every::Daily, Every::Weekly, Every::Off])
            .collect();
        let set = schedule.set.every;
        if let Some(own) = set.filter(|own| !choices.contains(own)) {
            choices.insert(0, own);
        }
        let Retention {
            last,
            daily,
            weekly,
            monthly,
        } = host;
        let text = |set: Option<u32>| set.map(|set| set.to_string()).unwrap_or_default();
        let set_to = &schedule.set;
        Self {
            host: every.to_string(),
            choices: choices
                .into_iter()
                .map(|one| (one.to_string(), Some(one) == set))
                .collect(),
            keeps: [
                ("keep_last", "Of the latest", last, text(set_to.keep_last)),
                (
                    "keep_daily",
                    "One a day, for days",
                    daily,
                    text(set_to.keep_daily),
                ),
                (
                    "keep_weekly",
                    "One a week, for weeks",
                    weekly,
                    text(set_to.keep_weekly),
                ),
                (
                    "keep_monthly",
                    "One a month, for months",
                    monthly,
                    text(set_to.keep_monthly),
                ),
            ],
        }
    }
}
