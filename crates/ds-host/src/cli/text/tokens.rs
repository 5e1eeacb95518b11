//! Tokens, and how appspaces get newer versions, in words and tables.

use super::table;
use crate::control::wire::{Token, Upgrades};

/// A token that was made is all there is on the first line; one that was revoked is a sentence.
pub(super) fn token(token: &Token) -> String {
    match &token.secret {
        Some(secret) => {
            let until = match &token.expires {
                Some(time) => format!("until {time}"),
                None => "until it is revoked".to_owned(),
            };
            format!(
                "{}\n\nThis token is shown this once. Whoever has it may {} what is yours, {until}.\n\
                 To make it worth nothing: ds-host account token revoke {}\n",
                secret.0, token.scope, token.id
            )
        }
        None => format!("The token {} opens nothing any more.\n", token.name),
    }
}

pub(super) fn list(tokens: &[Token]) -> String {
    let or = |time: &Option<String>, else_: &str| time.clone().unwrap_or_else(|| else_.to_owned());
    let rows = tokens.iter().map(|one| {
        vec![
            one.id.clone(),
            one.name.clone(),
            one.scope.clone(),
            or(&one.expires, "never"),
            or(&one.last_used, "never"),
        ]
    });
    let head = ["ID", "NAME", "MAY", "ENDS", "LAST USED"];
    table(&head, rows, "There are no tokens.\n")
}

pub(super) fn upgrades(upgrades: &Upgrades) -> String {
    let runs = &upgrades.version;
    let newer = match &upgrades.newer {
        Some(newer) => format!("{newer} is installed"),
        None => "no newer version is installed".to_owned(),
    };
    let held = match &upgrades.held_back {
        None => String::new(),
        Some(held) => match &held.failure {
            Some(why) => format!(
                "The last attempt to {} failed: {why}\nIt is not tried again by itself, but newer ones are.\n",
                held.version
            ),
            None => format!(
                "{} is left out, because you went back from it; newer ones are not.\n",
                held.version
            ),
        },
    };
    format!("{}: it runs {runs}, {newer}.\n{held}", upgrades.mode)
}
