//! Moves between hosts in words and tables.

use super::{plain, table};
use crate::control::wire::{Move, MoveOffer};

pub(super) fn offer(offer: &MoveOffer) -> String {
    format!(
        "{}\n\nWhoever has this code can take {} over, until {}. On the host that is to have it:\n\n  \
         ds-host appspace move-in CODE NAME\n\nUntil then nothing changes. \
         `ds-host appspace move-cancel {}` makes the code useless.\n",
        plain(&offer.code.0),
        offer.address,
        offer.expires,
        offer.address
    )
}

pub(super) fn list(all: &[Move]) -> String {
    let rows = all.iter().map(|one| {
        let state = match &one.problem {
            Some(problem) => format!("{}: {problem}", one.state),
            None if one.redirects => format!("{}, redirects", one.state),
            None => one.state.clone(),
        };
        vec![
            one.address.clone(),
            one.direction.clone(),
            one.other.clone().unwrap_or_default(),
            one.begun.clone(),
            state,
        ]
    });
    let head = ["NAME", "", "OTHER HOST", "BEGUN", "STATE"];
    table(&head, rows, "Nothing was moved.\n")
}

pub(super) fn ended(one: &Move) -> String {
    if one.state == "moved" {
        format!("{} redirects no longer; the name is free.\n", one.address)
    } else if one.direction == "in" {
        format!("{} stays on the other host.\n", one.address)
    } else {
        format!("{} stays here.\n", one.address)
    }
}
