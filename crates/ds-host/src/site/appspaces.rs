//! Making appspaces, pausing and resuming them.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use ds_core::Address;
use serde::Deserialize;

use super::{
    SiteState,
    error::{SiteError, told},
    forms::{Asked, Fields},
    label,
    pages::{Choice, Here, NewAppspace, page},
    person::Person,
    tile::Tile,
    to_the_end,
};
use crate::ops::{AppSummary, ErrorKind, OpError};

/// What the form for a new appspace holds, or what it starts with.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    /// The id of an app version.
    version: String,
    /// The label of the address.
    label: String,
}

/// `GET /appspaces/new`
pub(super) async fn form(
    State(site): State<SiteState>,
    person: Person,
    Asked(wanted): Asked<Wanted>,
) -> Result<Response, SiteError> {
    answer(&site, &person, &wanted, None).await
}

/// `POST /appspaces/new`
pub(super) async fn create(
    State(site): State<SiteState>,
    person: Person,
    Fields(wanted): Fields<Wanted>,
) -> Result<Response, SiteError> {
    let apps = site.ops.apps(person.account.id).await?;
    let Some(app) = chosen(&apps, &wanted.version) else {
        let error = OpError::new(ErrorKind::Invalid, "no app is chosen")
            .with_hint("choose one of those below");
        return answer(&site, &person, &wanted, Some(error)).await;
    };
    let (ops, owner, name) = (
        site.ops.clone(),
        person.account.id,
        wanted.label.trim().to_lowercase(),
    );
    let made = to_the_end(async move { ops.create_appspace(owner, &app, &name).await }).await?;
    match made {
        Ok(summary) => {
            let label = label(site.ops.names(), &summary.appspace.address).to_owned();
            // What its app asks for is the owner's to decide, and the first thing to know.
            let to = if summary.egress_waiting.is_empty() {
                format!("/#a-{label}")
            } else {
                format!("/appspaces/{label}#egress")
            };
            Ok(Redirect::to(&to).into_response())
        }
        Err(error) => answer(&site, &person, &wanted, Some(error)).await,
    }
}

/// `name@version` of a version id, among these apps.
fn chosen(apps: &[AppSummary], version_id: &str) -> Option<String> {
    apps.iter().find_map(|one| {
        let version = one
            .versions
            .iter()
            .find(|version| version.id.to_string() == version_id)?;
        Some(format!("{}@{}", one.app.name, version.version))
    })
}

async fn answer(
    site: &SiteState,
    person: &Person,
    wanted: &Wanted,
    error: Option<OpError>,
) -> Result<Response, SiteError> {
    let apps = site.ops.apps(person.account.id).await?;
    let names = site.ops.names();
    let status = error
        .as_ref()
        .map_or(StatusCode::OK, |error| error.kind().status());
    let clash = error
        .as_ref()
        .is_some_and(|error| error.kind() == ErrorKind::Conflict);
    let port = names
        .port
        .map(|port| format!(":{port}"))
        .unwrap_or_default();
    let form = NewAppspace {
        frame: person.frame(Here::Appspaces),
        choices: choices(&apps, &wanted.version),
        label_wrong: error.is_some()
            && (clash || Address::check_label(&wanted.label.to_lowercase()).is_err()),
        label: wanted.label.chars().take(100).collect(),
        problem: error.as_ref().map(told),
        scheme: if names.https { "https" } else { "http" },
        domain_and_port: format!("{}{port}", names.domain),
    };
    Ok(page(status, &form))
}

/// The newest version of each app, and an older one if it was asked for.
fn choices(apps: &[AppSummary], asked: &str) -> Vec<Choice> {
    let mut choices = Vec::new();
    for AppSummary { app, versions } in apps {
        let newest = versions.last().map(|version| version.id);
        for version in versions.iter().rev() {
            let chosen = version.id.to_string() == asked;
            if chosen || Some(version.id) == newest {
                choices.push(Choice {
                    version_id: version.id.to_string(),
                    name: app.name.clone(),
                    version: version.version.to_string(),
                    tile: Tile::of(&app.name, version),
                    chosen,
                });
            }
        }
    }
    if let [only] = choices.as_mut_slice() {
        only.chosen = true;
    }
    choices
}

/// `POST /appspaces/{name}/pause`
pub(super) async fn pause(
    State(site): State<SiteState>,
    person: Person,
    Path(name): Path<String>,
) -> Result<Redirect, SiteError> {
    let (ops, owner, back) = (site.ops.clone(), person.account.id, back_to(&site, &name)?);
    to_the_end(async move { ops.pause(owner, &name).await }).await??;
    Ok(back)
}

/// `POST /appspaces/{name}/resume`
pub(super) async fn resume(
    State(site): State<SiteState>,
    person: Person,
    Path(name): Path<String>,
) -> Result<Redirect, SiteError> {
    let (ops, owner, back) = (site.ops.clone(), person.account.id, back_to(&site, &name)?);
    to_the_end(async move { ops.resume(owner, &name).await }).await??;
    Ok(back)
}

/// Back to the card of an appspace.
fn back_to(site: &SiteState, name: &str) -> Result<Redirect, SiteError> {
    let address = site.ops.names().address(name)?;
    Ok(Redirect::to(&format!(
        "/#a-{}",
        label(site.ops.names(), &address)
    )))
}
