//! One snapshot of an appspace, and what can be done with it.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use serde::Deserialize;

use super::{name_of, row::SnapshotRow, to_all};
use crate::{
    ops::{BackupSummary, ErrorKind, OpError, RestoreRequest},
    site::{
        SiteState,
        error::{SiteError, told},
        forms::Fields,
        pages::{Frame, Here, page},
        person::Person,
        to_the_end,
    },
};

/// `GET /appspaces/{name}/snapshots/{id}`
#[derive(Debug, Template)]
#[template(path = "snapshot.html")]
struct SnapshotPage {
    frame: Frame,
    name: String,
    one: SnapshotRow,
    /// What stands behind the name of a new appspace.
    domain: String,
    problem: Option<String>,
}

pub(in crate::site) async fn show(
    State(site): State<SiteState>,
    person: Person,
    Path((name, id)): Path<(String, String)>,
) -> Result<Response, SiteError> {
    answer(&site, &person, &name, &id, None).await
}

/// What was typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::site) struct Typed {
    /// `yes` if it was confirmed.
    sure: String,
    /// The only file or directory that is to be put back.
    path: String,
    /// The name of a new appspace.
    address: String,
}

/// Puts all of it back, or with a path that alone.
pub(in crate::site) async fn restore(
    State(site): State<SiteState>,
    person: Person,
    Path((name, id)): Path<(String, String)>,
    Fields(typed): Fields<Typed>,
) -> Result<Response, SiteError> {
    let path = Some(typed.path.trim().to_owned()).filter(|path| !path.is_empty());
    if path.is_none() && typed.sure != "yes" {
        return refuse(&site, &person, &name, &id, not_sure()).await;
    }
    begin(&site, &person, &name, &id, None, path).await
}

/// Makes a new appspace of it.
pub(in crate::site) async fn anew(
    State(site): State<SiteState>,
    person: Person,
    Path((name, id)): Path<(String, String)>,
    Fields(typed): Fields<Typed>,
) -> Result<Response, SiteError> {
    let to = Some(typed.address.trim().to_owned());
    begin(&site, &person, &name, &id, to, None).await
}

/// Forgets it.
pub(in crate::site) async fn forget(
    State(site): State<SiteState>,
    person: Person,
    Path((name, id)): Path<(String, String)>,
    Fields(typed): Fields<Typed>,
) -> Result<Response, SiteError> {
    if typed.sure != "yes" {
        return refuse(&site, &person, &name, &id, not_sure()).await;
    }
    let (ops, owner, of, which) = (
        site.ops.clone(),
        person.account.id,
        name.clone(),
        id.clone(),
    );
    let forgotten = to_the_end(async move { ops.forget_backup(owner, &of, &which).await });
    match forgotten.await? {
        Ok(_) => to_all(&site, &name, None),
        Err(error) => refuse(&site, &person, &name, &id, error).await,
    }
}

fn not_sure() -> OpError {
    OpError::new(
        ErrorKind::Invalid,
        "nothing was done, because the box was not ticked",
    )
    .with_hint("tick it if you mean it")
}

async fn begin(
    site: &SiteState,
    person: &Person,
    name: &str,
    id: &str,
    to: Option<String>,
    path: Option<String>,
) -> Result<Response, SiteError> {
    let asked = RestoreRequest {
        address: name.to_owned(),
        snapshot: id.to_owned(),
        to,
        path,
    };
    let (ops, owner) = (site.ops.clone(), person.account.id);
    match to_the_end(async move { ops.restore(owner, asked).await }).await? {
        Ok(job) => to_all(site, name, Some(&job)),
        Err(error) => refuse(site, person, name, id, error).await,
    }
}

async fn refuse(
    site: &SiteState,
    person: &Person,
    name: &str,
    id: &str,
    error: OpError,
) -> Result<Response, SiteError> {
    if error.kind() == ErrorKind::NotFound {
        return Err(error.into());
    }
    answer(site, person, name, id, Some(error)).await
}

async fn answer(
    site: &SiteState,
    person: &Person,
    name: &str,
    id: &str,
    refused: Option<OpError>,
) -> Result<Response, SiteError> {
    let ops = &site.ops;
    let listed = ops.snapshots_shown(person.account.id, name).await?;
    let has_it = |one: &&BackupSummary| one.places.iter().any(|(_, its)| its.to_string() == id);
    let Some(one) = listed.all.iter().find(has_it) else {
        let error = if listed.silent.is_empty() {
            let message = "there is no such snapshot";
            OpError::new(ErrorKind::NotFound, message).with_hint("it may have been forgotten")
        } else {
            let message = "this snapshot is not to be found now: not all places answer";
            OpError::new(ErrorKind::Busy, message).with_hint("try again in a moment")
        };
        return Err(error.into());
    };
    let status = refused
        .as_ref()
        .map_or(StatusCode::OK, |error| error.kind().status());
    let view = SnapshotPage {
        frame: person.frame(Here::Appspaces),
        name: name_of(ops, name)?,
        one: SnapshotRow::of(one, person.account.is_admin),
        domain: ops.names().domain.to_string(),
        problem: refused.as_ref().map(told),
    };
    Ok(page(status, &view))
}
