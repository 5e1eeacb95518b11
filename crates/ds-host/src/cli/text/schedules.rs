//! In words and tables: when snapshots are taken, and mail.

use super::table;
use crate::control::wire::Schedule;

pub(super) fn list(all: &[Schedule]) -> String {
    let rows = all.iter().map(|one| {
        vec![
            one.address.clone(),
            one.every.clone(),
            format!(
                "{} last, {} days, {} weeks, {} months",
                one.keep_last, one.keep_daily, one.keep_weekly, one.keep_monthly
            ),
            one.last.clone().unwrap_or_else(|| "none known".to_owned()),
            state(one),
        ]
    });
    table(
        &["NAME", "EVERY", "KEEPS", "LAST", "STATE"],
        rows,
        "There are no appspaces yet.\n",
    )
}

fn state(one: &Schedule) -> String {
    let mut said = Vec::new();
    if one.late.is_some() {
        said.push("none for too long".to_owned());
    }
    if let Some(failure) = &one.failure {
        said.push(format!("failed: {failure}"));
    } else if let (Some(kept), Some(places), Some(missed)) = (one.kept, one.places, &one.missed) {
        said.push(format!("at {kept} of {places} places: {missed}"));
    }
    if said.is_empty() {
        return if one.last.is_some() { "fine" } else { "" }.to_owned();
    }
    said.join("; ")
}

pub(super) fn mailed(to: &str) -> String {
    format!("Sent a letter to {to}. The mail server took it; look whether it arrives.\n")
}
