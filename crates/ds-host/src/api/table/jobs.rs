//! What takes long.

use axum::http::Method;

use super::{Do, Does, Endpoint, Manage, OK, delete, get, row};
use crate::control::wire::Command;

/// The rows.
pub(super) const ROWS: &[Endpoint] = &[
    get("/jobs", Do(|i| Ok(Command::JobList { owner: i.owner() }))),
    get("/jobs/{id}", Do(|i| Ok(Command::JobShow(i.which_job())))),
    delete("/jobs/{id}", Do(|i| Ok(Command::JobCancel(i.which_job())))),
    get("/jobs/{id}/events", Does::Events),
    row(Method::GET, "/jobs/{id}/archive", Manage, OK, Does::Archive),
];
