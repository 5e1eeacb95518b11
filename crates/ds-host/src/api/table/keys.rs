//! Keys and secret links of an appspace, and the programs that its members let in.

use super::super::input;
use super::{Do, Endpoint, MADE, delete, get, post};
use crate::{
    control::wire::Command,
    ops::{KEY_DAYS, LINK_DAYS},
};

/// The rows.
pub(super) const ROWS: &[Endpoint] = &[
    get(
        "/appspaces/{name}/keys",
        Do(|i| Ok(Command::KeyList(i.which()))),
    ),
    post(
        "/appspaces/{name}/keys",
        MADE,
        Do(|i| {
            let new: input::NewKey = i.body()?;
            let usual = if new.link { LINK_DAYS } else { KEY_DAYS };
            Ok(Command::KeyAdd {
                which: i.which(),
                name: new.name,
                link: new.link,
                permissions: new.permissions,
                days: (!new.never_expires).then(|| new.days.unwrap_or(usual)),
                path: new.path,
            })
        }),
    ),
    delete(
        "/appspaces/{name}/keys/{key}",
        Do(|i| {
            Ok(Command::KeyRemove {
                which: i.which(),
                id: i.param("key").to_owned(),
            })
        }),
    ),
];
