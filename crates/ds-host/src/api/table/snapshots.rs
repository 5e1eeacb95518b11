//! Snapshots, and those that are open for a look.

use axum::http::Method;

use super::super::input::{self, Input};
use super::{Admin, BEGUN, Do, Does, Endpoint, delete, get, patch, post, row};
use crate::control::wire::{Command, Setting};

/// The rows.
pub(super) const ROWS: &[Endpoint] = &[
    get(
        "/snapshots",
        Do(|i| {
            Ok(Command::BackupList {
                owner: i.owner(),
                address: None,
            })
        }),
    ),
    get(
        "/appspaces/{name}/snapshots",
        Do(|i| {
            let address = Some(i.param("name").to_owned());
            Ok(Command::BackupList {
                owner: i.owner(),
                address,
            })
        }),
    ),
    post(
        "/appspaces/{name}/snapshots",
        BEGUN,
        Do(|i| Ok(Command::BackupCreate(i.which()))),
    ),
    delete(
        "/appspaces/{name}/snapshots/{snapshot}",
        Do(|i| {
            Ok(Command::BackupForget {
                which: i.which(),
                snapshot: i.param("snapshot").to_owned(),
            })
        }),
    ),
    post(
        "/appspaces/{name}/snapshots/{snapshot}/restore",
        BEGUN,
        Do(|i| {
            let input::Restore { to, path } = i.body()?;
            let snapshot = i.param("snapshot").to_owned();
            Ok(Command::BackupRestore {
                which: i.which(),
                snapshot,
                to,
                path,
            })
        }),
    ),
    row(
        Method::POST,
        "/snapshots/verify",
        Admin,
        BEGUN,
        Does::Verify,
    ),
    get(
        "/appspaces/{name}/schedule",
        Do(|i| {
            let address = Some(i.param("name").to_owned());
            Ok(schedule(i, address, Vec::new()))
        }),
    ),
    patch(
        "/appspaces/{name}/schedule",
        Do(|i| {
            let address = Some(i.param("name").to_owned());
            Ok(schedule(i, address, i.settings()?))
        }),
    ),
    // Snapshots that are open for a look.
    get(
        "/previews",
        Do(|i| Ok(Command::BackupPreviews { owner: i.owner() })),
    ),
    post(
        "/appspaces/{name}/snapshots/{snapshot}/preview",
        BEGUN,
        Do(|i| {
            let snapshot = i.param("snapshot").to_owned();
            Ok(Command::BackupPreview {
                which: i.which(),
                snapshot,
            })
        }),
    ),
    delete(
        "/previews/{name}",
        Do(|i| Ok(Command::BackupClosePreview { which: i.which() })),
    ),
];

fn schedule(input: &Input, address: Option<String>, set: Vec<Setting>) -> Command {
    Command::BackupSchedule {
        owner: input.owner(),
        address,
        set,
    }
}
