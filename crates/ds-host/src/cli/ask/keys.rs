//! Arguments about API keys and secret links.

use crate::{
    args::Key,
    control::wire::Command,
    ops::{KEY_DAYS, LINK_DAYS},
};

pub(super) fn key(key: Key) -> Command {
    match key {
        Key::Add {
            which,
            key,
            link,
            permit,
            days,
            never_expires,
            path,
        } => {
            let usual = if link { LINK_DAYS } else { KEY_DAYS };
            Command::KeyAdd {
                which: which.into(),
                name: key,
                link,
                permissions: permit,
                days: (!never_expires).then(|| days.unwrap_or(usual)),
                path,
            }
        }
        Key::List(which) => Command::KeyList(which.into()),
        Key::Remove { which, id } => Command::KeyRemove {
            which: which.into(),
            id,
        },
    }
}
