//! Appspaces: made, paused, upgraded, exported, deleted.

use axum::http::Method;

use super::super::input;
use super::{BEGUN, Do, Does, Endpoint, MADE, Manage, OK, delete, get, post, put, row};
use crate::control::wire::Command;

/// The rows.
pub(super) const ROWS: &[Endpoint] = &[
    get(
        "/appspaces",
        Do(|i| Ok(Command::AppspaceList { owner: i.owner() })),
    ),
    post(
        "/appspaces",
        MADE,
        Do(|i| {
            let input::NewAppspace { app, address } = i.body()?;
            Ok(Command::AppspaceCreate {
                owner: i.owner(),
                app,
                address,
            })
        }),
    ),
    post("/appspaces/import", BEGUN, Does::Import),
    post("/appspaces/{name}/import", BEGUN, Does::ImportInto),
    get("/appspaces/{name}", Does::Appspace),
    delete(
        "/appspaces/{name}",
        Do(|i| Ok(Command::AppspaceDelete(i.which()))),
    ),
    post(
        "/appspaces/{name}/pause",
        OK,
        Do(|i| Ok(Command::AppspacePause(i.which()))),
    ),
    post(
        "/appspaces/{name}/resume",
        OK,
        Do(|i| Ok(Command::AppspaceResume(i.which()))),
    ),
    post(
        "/appspaces/{name}/upgrade",
        BEGUN,
        Do(|i| {
            let input::Upgrade { version } = i.body()?;
            Ok(Command::AppspaceUpgrade {
                which: i.which(),
                version,
            })
        }),
    ),
    get(
        "/appspaces/{name}/upgrades",
        Do(|i| {
            Ok(Command::AppspaceUpgrades {
                which: i.which(),
                automatic: None,
            })
        }),
    ),
    put(
        "/appspaces/{name}/upgrades",
        Do(|i| {
            let input::Upgrades { mode } = i.body()?;
            let automatic = Some(mode == input::Mode::Automatic);
            Ok(Command::AppspaceUpgrades {
                which: i.which(),
                automatic,
            })
        }),
    ),
    // What may lie on the way for long is a GET of those who may change things: it brings the appspace to rest.
    row(
        Method::GET,
        "/appspaces/{name}/archive",
        Manage,
        OK,
        Does::Export,
    ),
    post(
        "/appspaces/{name}/archives",
        BEGUN,
        Do(|i| {
            let input::Package { package } = i.body()?;
            Ok(Command::AppspaceArchive {
                which: i.which(),
                with_package: package,
            })
        }),
    ),
];
