//! The people of a host in words and tables.

use std::fmt::Write as _;

use super::table;
use crate::{
    control::wire::{Account, Invitation, Note, OpenInvitation, Person},
    ops::done_in_words,
};

/// A list of accounts.
pub(super) fn list(people: &[Person]) -> String {
    let rows = people.iter().map(|one| {
        vec![
            one.email.clone(),
            if one.admin { "admin" } else { "" }.to_owned(),
            state(one).to_owned(),
            one.created.clone(),
            one.seen.clone().unwrap_or_else(|| "-".to_owned()),
        ]
    });
    let head = ["EMAIL", "ROLE", "STATE", "SINCE", "LAST HERE"];
    table(&head, rows, "There is no such account.\n")
}

/// One account, as it is now.
pub(super) fn one(person: &Person) -> String {
    let role = if person.admin { ", an admin" } else { "" };
    let proven = if person.proven {
        ""
    } else {
        "; nobody has proven the address"
    };
    let mut text = format!("{}: {}{role}{proven}.\n", person.email, state(person));
    if !person.not_paused.is_empty() {
        let addresses = person.not_paused.join(", ");
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "These appspaces could not be paused just now: {addresses}"
        );
    }
    text
}

/// An invitation: the link, if there is one, is all there is on the first line.
pub(super) fn invited(invitation: &Invitation) -> String {
    let until = &invitation.expires;
    let to = invitation.email.as_deref();
    match (&invitation.link, to) {
        (Some(link), _) => {
            let whom = to.map_or_else(
                || "Whoever has it".to_owned(),
                |email| format!("Whoever has it, as {email},"),
            );
            format!(
                "{}\n\nThis link is shown this once. {whom} can make one account with it, until {until}.\n",
                link.0
            )
        }
        (None, to) => {
            let to = to.unwrap_or_default();
            format!("An invitation is on its way to {to}. It is good until {until}.\n")
        }
    }
}

/// The invitations that are open.
pub(super) fn invitations(all: &[OpenInvitation]) -> String {
    let rows = all.iter().map(|one| {
        let by = match one.by.as_str() {
            "" => "the command line",
            email => email,
        };
        vec![
            one.id.clone(),
            whom(one).to_owned(),
            by.to_owned(),
            one.expires.clone(),
        ]
    });
    let head = ["ID", "FOR", "BY", "UNTIL"];
    table(&head, rows, "Nobody is invited.\n")
}

/// An invitation that was taken back.
pub(super) fn withdrawn(one: &OpenInvitation) -> String {
    format!(
        "The invitation for {} makes no account any more.\n",
        whom(one)
    )
}

fn whom(one: &OpenInvitation) -> &str {
    one.email.as_deref().unwrap_or("whoever has the link")
}

/// What was done, last first.
pub(super) fn log(notes: &[Note]) -> String {
    let rows = notes.iter().map(|note| {
        vec![
            note.at.clone(),
            note.by.clone(),
            done_in_words(note.action).to_owned(),
            note.about.clone(),
        ]
    });
    let head = ["WHEN", "WHO", "WHAT", "TO WHOM OR WHAT"];
    table(&head, rows, "Nothing was noted.\n")
}

/// An account is gone.
pub(super) fn gone(account: &Account) -> String {
    format!("{} is gone, with all it had.\n", account.email)
}

fn state(person: &Person) -> &'static str {
    match (person.leaving, &person.blocked) {
        (true, _) => "being removed",
        (false, Some(_)) => "blocked",
        (false, None) => "open",
    }
}
