//! The people of the host, for those who run it. What makes an account easier or harder to take over is not here: on the
//! account site it asks for a password.

use axum::http::Method;

use super::super::input;
use super::{Admin, Do, Does, Endpoint, MADE, OK, row};
use crate::control::wire::Command;

const fn look(path: &'static str, does: Does) -> Endpoint {
    row(Method::GET, path, Admin, OK, does)
}

/// The rows.
pub(super) const ROWS: &[Endpoint] = &[
    look(
        "/people",
        Do(|i| {
            let input::People { find, skip, most } = i.query()?;
            Ok(Command::AccountList {
                find,
                skip: skip.unwrap_or(0),
                most: Some(most.unwrap_or(100).min(1_000)),
            })
        }),
    ),
    look(
        "/people/{person}",
        Do(|i| {
            Ok(Command::AccountShow {
                email: i.param("person").to_owned(),
            })
        }),
    ),
    row(
        Method::POST,
        "/people/{person}/block",
        Admin,
        OK,
        Do(|i| {
            let input::Block { pause } = i.body()?;
            Ok(Command::AccountBlock {
                email: i.param("person").to_owned(),
                pause,
            })
        }),
    ),
    row(
        Method::POST,
        "/people/{person}/unblock",
        Admin,
        OK,
        Do(|i| {
            Ok(Command::AccountUnblock {
                email: i.param("person").to_owned(),
            })
        }),
    ),
    look("/invitations", Do(|_| Ok(Command::AccountInvitations))),
    row(
        Method::POST,
        "/invitations",
        Admin,
        MADE,
        Do(|i| {
            let input::Whom { email } = i.body()?;
            Ok(Command::AccountInvite { email })
        }),
    ),
    row(
        Method::DELETE,
        "/invitations/{invitation}",
        Admin,
        OK,
        Do(|i| {
            Ok(Command::AccountWithdraw {
                id: i.param("invitation").to_owned(),
            })
        }),
    ),
    look(
        "/log",
        Do(|i| {
            let input::Notes {
                kind,
                find,
                before,
                most,
            } = i.query()?;
            Ok(Command::AccountLog {
                kind,
                find,
                before,
                most,
            })
        }),
    ),
];
