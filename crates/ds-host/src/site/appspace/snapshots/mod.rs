//! The snapshots of an appspace: which there are, one of them, taking one, putting one back, and how often they are
//! taken.
//!
//! ```text
//! GET  /appspaces/{name}/snapshots                 all, how it went, the schedule
//! POST /appspaces/{name}/snapshots                 take one
//! POST /appspaces/{name}/snapshots/schedule        change the schedule
//! GET  /appspaces/{name}/snapshots/{id}            one, and what can be done with it
//! POST /appspaces/{name}/snapshots/{id}/restore    put it, or a part of it, back
//! POST /appspaces/{name}/snapshots/{id}/anew       make a new appspace of it
//! POST /appspaces/{name}/snapshots/{id}/forget     forget it
//! ```

mod all;
mod one;
mod row;
mod strip;
mod words;

use axum::response::{IntoResponse as _, Redirect, Response};

use crate::{
    ops::{JobReport, Ops},
    site::{SiteState, error::SiteError, label},
};

pub(in crate::site) use all::{change as change_schedule, show, take};
pub(in crate::site) use one::{anew, forget, restore, show as show_one};
pub(in crate::site) use words::{Alert, Card, alerts};

/// To the page of all snapshots, with a job that was just begun.
fn to_all(site: &SiteState, name: &str, job: Option<&JobReport>) -> Result<Response, SiteError> {
    let label = name_of(&site.ops, name)?;
    let job = job.map_or_else(String::new, |job| format!("?job={}", job.id));
    let to = format!("/appspaces/{label}/snapshots{job}");
    Ok(Redirect::to(&to).into_response())
}

fn name_of(ops: &Ops, name: &str) -> Result<String, SiteError> {
    let address = ops.names().address(name)?;
    Ok(label(ops.names(), &address).to_owned())
}
