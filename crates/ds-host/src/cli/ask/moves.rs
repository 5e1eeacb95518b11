//! Arguments about moves between hosts.

use super::{InputError, line};
use crate::{
    args::{MoveCancel, MoveIn},
    control::wire::{Command, Secret, Which},
};

pub(super) fn take(take: MoveIn) -> Result<Command, InputError> {
    let code = match take.code.as_str() {
        "-" => line("code")?,
        _ => take.code,
    };
    Ok(Command::MoveIn {
        which: Which {
            owner: take.owner.owner,
            address: take.name,
        },
        code: Secret(code),
    })
}

pub(super) fn cancel(cancel: MoveCancel) -> Command {
    Command::MoveCancel {
        which: cancel.which.into(),
        redirect: cancel.redirect,
    }
}
