//! All that the API can do: a row for each, by area.

mod apps;
mod appspaces;
mod jobs;
mod keys;
mod members;
mod moves;
mod people;
mod snapshots;
mod terms;

use axum::http::{Method, StatusCode};

use super::input::Input;
use crate::{control::wire::Command, ops::OpError};

/// One thing that the API can do.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Its method.
    pub method: Method,
    /// Its path, below `/api/v1`.
    pub path: &'static str,
    /// Who may.
    pub who: Who,
    /// The status of the answer if it was done, or begun.
    pub status: StatusCode,
    pub(super) does: Does,
}

/// Who may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Bearers of any token.
    Read,
    /// Bearers of one that may change things.
    Manage,
    /// The same, of an account that may run the host.
    Admin,
}

impl Who {
    /// In a word, for the guide.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Manage => "manage",
            Self::Admin => "admin",
        }
    }
}

/// What is done.
#[derive(Clone, Copy, Debug)]
pub(super) enum Does {
    /// A command, made of the request; its reply is the answer.
    Command(fn(&Input) -> Result<Command, OpError>),
    /// Tells whose token it is.
    Account,
    /// Shows an appspace.
    Appspace,
    /// Sets limits, as its owner may.
    Limits,
    /// Begins to look through the snapshots.
    Verify,
    /// Tells of a job until it is over.
    Events,
    /// Takes a package in.
    Install,
    /// Takes an archive in.
    Import,
    /// Lets what is in an archive take the place of an appspace's data.
    ImportInto,
    /// Writes an archive, waits for it and sends it.
    Export,
    /// Sends an archive that a job has written.
    Archive,
}

use Does::Command as Do;
use Who::{Admin, Manage, Read};

const OK: StatusCode = StatusCode::OK;
/// A job was begun.
const BEGUN: StatusCode = StatusCode::ACCEPTED;
const MADE: StatusCode = StatusCode::CREATED;

const fn row(
    method: Method,
    path: &'static str,
    who: Who,
    status: StatusCode,
    does: Does,
) -> Endpoint {
    Endpoint {
        method,
        path,
        who,
        status,
        does,
    }
}

const fn get(path: &'static str, does: Does) -> Endpoint {
    row(Method::GET, path, Read, OK, does)
}

const fn post(path: &'static str, status: StatusCode, does: Does) -> Endpoint {
    row(Method::POST, path, Manage, status, does)
}

const fn delete(path: &'static str, does: Does) -> Endpoint {
    row(Method::DELETE, path, Manage, OK, does)
}

const fn put(path: &'static str, does: Does) -> Endpoint {
    row(Method::PUT, path, Manage, OK, does)
}

const fn patch(path: &'static str, does: Does) -> Endpoint {
    row(Method::PATCH, path, Manage, OK, does)
}

/// The table, by area.
const AREAS: &[&[Endpoint]] = &[
    apps::ROWS,
    appspaces::ROWS,
    terms::ROWS,
    members::ROWS,
    keys::ROWS,
    snapshots::ROWS,
    moves::ROWS,
    jobs::ROWS,
    people::ROWS,
];

/// Every row.
pub fn endpoints() -> impl Iterator<Item = &'static Endpoint> {
    AREAS.iter().copied().flatten()
}
