//! From host to host, and out of the trash.

use axum::http::StatusCode;

use super::super::input;
use super::{BEGUN, Do, Endpoint, MADE, OK, delete, get, post};
use crate::control::wire::{Command, Secret, Which};

/// The rows.
pub(super) const ROWS: &[Endpoint] = &[
    get("/moves", Do(|i| Ok(Command::MoveList { owner: i.owner() }))),
    post(
        "/appspaces/{name}/move-out",
        MADE,
        Do(|i| Ok(Command::MoveOut(i.which()))),
    ),
    post(
        "/moves",
        BEGUN,
        Do(|i| {
            let input::MoveIn { code, address } = i.body()?;
            let which = Which {
                owner: i.owner(),
                address,
            };
            let code = Secret(code);
            Ok(Command::MoveIn { which, code })
        }),
    ),
    delete(
        "/moves/{name}",
        Do(|i| {
            Ok(Command::MoveCancel {
                which: i.which(),
                redirect: false,
            })
        }),
    ),
    delete(
        "/moves/{name}/redirect",
        Do(|i| {
            Ok(Command::MoveCancel {
                which: i.which(),
                redirect: true,
            })
        }),
    ),
    post(
        "/moves/{name}/insist",
        StatusCode::OK,
        Do(|i| Ok(Command::MoveInsist(i.which()))),
    ),
    get(
        "/trash",
        Do(|i| Ok(Command::TrashList { owner: i.owner() })),
    ),
    delete(
        "/trash",
        Do(|i| {
            Ok(Command::TrashEmpty {
                owner: i.owner(),
                which: None,
            })
        }),
    ),
    delete(
        "/trash/{name}",
        Do(|i| {
            let which = Some(i.param("name").to_owned());
            Ok(Command::TrashEmpty {
                owner: i.owner(),
                which,
            })
        }),
    ),
    post(
        "/trash/{name}/restore",
        OK,
        Do(|i| {
            let input::NewAddress { address } = i.body()?;
            Ok(Command::TrashRestore {
                which: i.which(),
                address,
            })
        }),
    ),
];
