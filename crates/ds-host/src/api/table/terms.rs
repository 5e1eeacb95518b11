//! What an appspace may use and reach.

use super::super::input;
use super::{Do, Does, Endpoint, delete, get, patch, put};
use crate::control::wire::{Command, Secret};

/// The rows.
pub(super) const ROWS: &[Endpoint] = &[
    get(
        "/appspaces/{name}/limits",
        Do(|i| {
            Ok(Command::AppspaceLimits {
                which: i.which(),
                set: Vec::new(),
                reset: Vec::new(),
            })
        }),
    ),
    patch("/appspaces/{name}/limits", Does::Limits),
    get(
        "/appspaces/{name}/usage",
        Do(|i| {
            let input::Days { days } = i.query()?;
            Ok(Command::AppspaceUsage {
                which: i.which(),
                days,
            })
        }),
    ),
    get(
        "/appspaces/{name}/egress",
        Do(|i| {
            Ok(Command::AppspaceEgress {
                which: i.which(),
                allow: Vec::new(),
                deny: Vec::new(),
            })
        }),
    ),
    patch(
        "/appspaces/{name}/egress",
        Do(|i| {
            let input::Egress { allow, deny } = i.body()?;
            Ok(Command::AppspaceEgress {
                which: i.which(),
                allow,
                deny,
            })
        }),
    ),
    get(
        "/appspaces/{name}/secrets",
        Do(|i| Ok(Command::SecretList(i.which()))),
    ),
    put(
        "/appspaces/{name}/secrets/{secret}",
        Do(|i| {
            let input::NewSecret { host, value } = i.body()?;
            let name = i.param("secret").to_owned();
            Ok(Command::SecretSet {
                which: i.which(),
                name,
                host,
                value: Secret(value),
            })
        }),
    ),
    delete(
        "/appspaces/{name}/secrets/{secret}",
        Do(|i| {
            Ok(Command::SecretRemove {
                which: i.which(),
                name: i.param("secret").to_owned(),
            })
        }),
    ),
];
