//! Snapshots in words and tables.

use super::table;
use crate::control::wire::{Backup, BackupKey, Preview};

pub(super) fn list(all: &[Backup]) -> String {
    let rows = all.iter().map(|one| {
        vec![
            one.id.chars().take(8).collect(),
            one.address.clone(),
            one.made.clone(),
            one.reason.clone().unwrap_or_default(),
            (one.bytes >> 20).to_string(),
            one.places.join(", "),
        ]
    });
    table(
        &["ID", "NAME", "MADE", "WHY", "MIB", "WHERE"],
        rows,
        "There are no snapshots.\n",
    )
}

pub(super) fn forgotten(one: &Backup) -> String {
    format!("Forgot the snapshot of {} of {}.\n", one.address, one.made)
}

pub(super) fn previews(all: &[Preview]) -> String {
    let rows = all.iter().map(|one| {
        vec![
            one.url.clone(),
            one.address.clone(),
            one.made.clone(),
            one.version.clone(),
            one.until.clone(),
        ]
    });
    table(
        &["URL", "NAME", "MADE", "VERSION", "UNTIL"],
        rows,
        "No snapshots are open.\n",
    )
}

pub(super) fn preview_closed(one: &Preview) -> String {
    format!("Closed {}; nothing of it is left.\n", one.url)
}

pub(super) fn key(key: &BackupKey) -> String {
    format!(
        "{}\n\nThis key opens the snapshots at {}, with this host or with restic (it is the repository's password). \
         Keep a copy of it away from this computer: without it, nobody can read them.\n",
        key.key,
        key.places.join(" and ")
    )
}
