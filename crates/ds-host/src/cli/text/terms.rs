//! Bounds, usage, other hosts and secrets, in words and tables.

use std::fmt::Write as _;

use super::{plain, table};
use crate::control::wire::{Egress, Limit, Run, SecretEntry, Usage, Used};
use crate::ops::amounts::size;

pub(super) fn limits(limits: &[Limit]) -> String {
    let rows = limits.iter().map(|one| {
        let origin = if one.own {
            format!("set here (default {})", one.default)
        } else {
            "default".to_owned()
        };
        vec![one.name.clone(), one.value.to_string(), origin]
    });
    table(&["LIMIT", "VALUE", ""], rows, "")
}

pub(super) fn usage(usage: &Usage) -> String {
    let rows = usage
        .days
        .iter()
        .filter(|day| day.requests > 0 || day.cpu_ms > 0);
    let rows = rows.map(|day| {
        let date = day.begin.split('T').next().unwrap_or(&day.begin);
        [vec![date.to_owned()], used(day)].concat()
    });
    let head = [
        "DAY", "REQUESTS", "WAKES", "CPU", "MEMORY", "IN", "OUT", "DISK",
    ];
    let mut text = table(&head, rows, "Nothing was used in these days.\n");
    if !usage.runs.is_empty() {
        let rows = usage.runs.iter().map(run);
        text.push_str("\nLast runs:\n");
        text.push_str(&table(&["STARTED", "ENDED", "CPU", "END"], rows, ""));
    }
    text
}

fn used(used: &Used) -> Vec<String> {
    vec![
        used.requests.to_string(),
        used.wakes.to_string(),
        seconds(used.cpu_ms),
        format!("{} MiB·h", used.memory_mib_seconds / 3600),
        size(used.bytes_in),
        size(used.bytes_out),
        used.disk_bytes.map(size).unwrap_or_default(),
    ]
}

fn run(run: &Run) -> Vec<String> {
    vec![
        run.started.clone(),
        run.ended.clone(),
        seconds(run.cpu_ms),
        run.end.clone(),
    ]
}

pub(super) fn egress(egress: &Egress) -> String {
    if egress.hosts.is_empty() {
        return "The app asks to reach no other host, and it cannot reach any.\n".to_owned();
    }
    let rows = egress.hosts.iter().map(|host| {
        let state = match (host.asked, host.approved, host.open) {
            (true, _, true) => "allowed",
            (true, _, false) => "asked for, not allowed",
            (false, _, true) => "allowed (part of what it asks for)",
            (false, ..) => "approved, but no longer asked for",
        };
        vec![host.rule.clone(), state.to_owned()]
    });
    let mut text = table(&["HOST", ""], rows, "");
    if !egress.enabled {
        text.push_str("This host lets no app reach others: `enabled = false` under [egress].\n");
    }
    if !egress.secrets.is_empty() {
        text.push('\n');
        text.push_str(&secrets(&egress.secrets));
    }
    text
}

pub(super) fn secret(entry: &SecretEntry) -> String {
    format!(
        "{} is set, for {}. The app writes {{{{secret:{}}}}} in a header.\n",
        entry.name, entry.host, entry.name
    )
}

pub(super) fn secrets(entries: &[SecretEntry]) -> String {
    let rows = entries
        .iter()
        .map(|one| vec![one.name.clone(), one.host.clone(), one.set.clone()]);
    table(&["SECRET", "FOR", "SET"], rows, "There are no secrets.\n")
}

/// What to tell somebody whose new appspace waits for their approval.
pub(super) fn waiting(address: &str, waiting: &[String]) -> String {
    let mut text = String::new();
    if waiting.is_empty() {
        return text;
    }
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        "Its app asks to reach other hosts, which nobody has allowed yet:"
    );
    for rule in waiting {
        let rule = plain(rule);
        let _ = writeln!(text, "  {rule}");
    }
    let first = plain(&waiting[0]);
    let _ = writeln!(
        text,
        "Allow them on its page, or with: ds-host appspace egress {address} --allow '{first}'"
    );
    text
}

fn seconds(ms: u64) -> String {
    format!("{}.{} s", ms / 1000, ms % 1000 / 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_short() {
        assert_eq!(seconds(12_345), "12.3 s");
    }

    #[test]
    fn new_appspaces_tell_what_they_wait_for() {
        assert_eq!(waiting("notes", &[]), "");
        let told = waiting(
            "notes",
            &["a.example.com".into(), "b\x1b.example.com".into()],
        );
        assert!(
            told.contains("  a.example.com\n  b\u{fffd}.example.com\n"),
            "{told}"
        );
        assert!(
            told.contains("egress notes --allow 'a.example.com'"),
            "{told}"
        );
    }
}
