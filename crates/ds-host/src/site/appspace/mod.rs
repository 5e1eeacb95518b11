//! The page of one appspace: what it used, may use and may reach, how its runs ended, and its log.

mod chart;
mod egress;
mod limits;
mod log;
mod preview;
pub(super) mod snapshots;
mod upgrades;
mod version;
mod view;

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use ds_core::{AccountId, Appspace};
use serde::Deserialize;

use super::{
    SiteState,
    error::{SiteError, told},
    forms::Asked,
    label,
    pages::{Here, page},
    person::Person,
    tile::Tile,
    words,
};
use crate::ops::{AppspaceStatus, AppspaceSummary, OpError, Ops, Rank, UsageReport};

pub(super) use egress::{change as change_egress, remove_secret, set_secret};
pub(super) use limits::change as change_limits;
pub(super) use preview::{close as close_preview, open as open_preview, show as show_previews};
pub(super) use upgrades::choose as choose_upgrades;
pub(super) use version::{cancel as cancel_job, change as change_version, delete};

use chart::Span;
use limits::LimitField;
use view::{AppspacePage, RunRow};

/// How many days are shown.
const DAYS: u32 = 30;
/// How many runs are shown.
const RUNS: usize = 10;

/// What stands after the `?`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    usage: String,
}

/// A form of the page that was not taken: why, and what was typed.
#[derive(Default)]
struct Refused {
    limits: Option<(OpError, Vec<(String, String)>)>,
    egress: Option<OpError>,
    secret: Option<OpError>,
    version: Option<OpError>,
    delete: Option<OpError>,
}

impl Refused {
    fn status(&self) -> StatusCode {
        let limits = self.limits.as_ref().map(|(error, _)| error);
        let refused = limits.or(self.egress.as_ref()).or(self.secret.as_ref());
        let refused = refused.or(self.version.as_ref()).or(self.delete.as_ref());
        refused.map_or(StatusCode::OK, |error| error.kind().status())
    }
}

/// `GET /appspaces/{name}`
pub(super) async fn show(
    State(site): State<SiteState>,
    person: Person,
    Path(name): Path<String>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response, SiteError> {
    let span = match wanted.usage.as_str() {
        "days" => Span::Days,
        _ => Span::Hours,
    };
    answer(&site, &person, &name, span, Refused::default()).await
}

async fn answer(
    site: &SiteState,
    person: &Person,
    name: &str,
    span: Span,
    refused: Refused,
) -> Result<Response, SiteError> {
    let (owner, ops) = (person.account.id, &site.ops);
    let summary = ops.appspace(owner, name).await?;
    let usage = ops.usage(owner, name, DAYS).await?;
    let limits = ops.limits(owner, name).await?;
    let status = refused.status();
    let egress = ops.egress(owner, name).await?;
    let is_closed = matches!(summary.status, AppspaceStatus::Closed(_));
    let version_part = version::part(ops, &summary.appspace, is_closed, &refused).await?;
    let log = log::tail(site.data.appspace(summary.appspace.id).log());
    let view = AppspacePage {
        frame: person.frame(Here::Appspaces),
        name: label(ops.names(), &summary.appspace.address).to_owned(),
        tile: tile(site, owner, &summary).await?,
        address: summary.appspace.address.to_string(),
        url: summary.url.clone(),
        version: summary.appspace.version.to_string(),
        created: words::date(summary.appspace.created),
        state: summary.status.word(),
        why: summary.status.reason().map(super::error::sentence),
        open: is_open(&summary.status),
        waiting: summary.egress_waiting.len(),
        app_name: summary.app_name,
        by_day: span == Span::Days,
        charts: chart::all(&usage, span, &limits),
        table: chart::table(&usage, span),
        limit_problem: refused.limits.as_ref().map(|(error, _)| told(error)),
        limits: fields(&limits, &refused, person),
        egress_problem: refused.egress.as_ref().map(told),
        secret_problem: refused.secret.as_ref().map(told),
        hosts: egress.hosts.iter().map(Into::into).collect(),
        secrets: egress.secrets.iter().map(Into::into).collect(),
        egress_enabled: egress.enabled,
        members: super::members::MembersCard::of(ops, owner, name).await?,
        snapshots: snapshots_card(ops, person, &summary.appspace).await?,
        runs: runs(site, owner, name).await?,
        log: log.await,
        version_part,
    };
    Ok(page(status, &view))
}

fn fields(rows: &[crate::ops::LimitRow], refused: &Refused, person: &Person) -> Vec<LimitField> {
    let typed = refused.limits.as_ref().map(|(_, typed)| typed.as_slice());
    limits::fields(rows, typed.unwrap_or_default(), rank(person))
}

async fn snapshots_card(
    ops: &Ops,
    person: &Person,
    appspace: &Appspace,
) -> Result<Option<snapshots::Card>, SiteError> {
    let name = label(ops.names(), &appspace.address);
    let state = ops.backup_state(appspace.id).await?;
    let is_admin = person.account.is_admin;
    Ok(state.map(|state| snapshots::Card::of(name, &state, is_admin)))
}

async fn tile(
    site: &SiteState,
    owner: AccountId,
    summary: &AppspaceSummary,
) -> Result<Tile, SiteError> {
    let apps = site.ops.apps(owner).await?;
    let mut versions = apps.iter().flat_map(|one| &one.versions);
    let version = versions.find(|version| version.id == summary.appspace.version_id);
    Ok(match version {
        Some(version) => Tile::of(&summary.app_name, version),
        None => Tile::plain(&summary.app_name, None),
    })
}

async fn runs(site: &SiteState, owner: AccountId, name: &str) -> Result<Vec<RunRow>, SiteError> {
    let runs = site.ops.runs(owner, name, RUNS).await?;
    Ok(runs.iter().map(Into::into).collect())
}

fn is_open(status: &AppspaceStatus) -> bool {
    matches!(status, AppspaceStatus::Awake | AppspaceStatus::Asleep)
}

fn rank(person: &Person) -> Rank {
    if person.account.is_admin {
        Rank::Admin
    } else {
        Rank::Owner
    }
}

/// Back to a part of an appspace's page.
fn back_to(site: &SiteState, name: &str, part: &str) -> Result<Response, SiteError> {
    let address = site.ops.names().address(name)?;
    let label = label(site.ops.names(), &address);
    Ok(Redirect::to(&format!("/appspaces/{label}#{part}")).into_response())
}

/// What was used in each period of a span.
fn periods(usage: &UsageReport, span: Span) -> Vec<(String, ds_core::usage::UsageDelta)> {
    match span {
        Span::Hours => {
            let hours = usage.hours.iter();
            hours
                .map(|(hour, used)| (words::hour(*hour), *used))
                .collect()
        }
        Span::Days => {
            let days = usage.days.iter();
            days.map(|(day, used)| (words::day(*day), *used)).collect()
        }
    }
}
