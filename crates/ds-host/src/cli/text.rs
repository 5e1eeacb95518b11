//! Answers in words and tables.

mod accounts;
mod backups;
mod jobs;
mod keys;
mod moves;
mod people;
mod schedules;
mod terms;
mod tokens;

use std::fmt::Write as _;

use crate::control::wire::{Appspace, Installed, Member, Reply};

/// An answer as text for people.
pub(super) fn of(reply: &Reply) -> String {
    match reply {
        Reply::Account(account) => {
            let role = if account.admin {
                "admin account"
            } else {
                "account"
            };
            format!("Made the {role} {}.\n", account.email)
        }
        Reply::People(all) => people::list(all),
        Reply::Person(one) => people::one(one),
        Reply::Invited(invitation) => people::invited(invitation),
        Reply::Invitations(all) => people::invitations(all),
        Reply::Withdrawn(one) => people::withdrawn(one),
        Reply::Log(notes) => people::log(notes),
        Reply::Gone(account) => people::gone(account),
        Reply::Reset(reset) => accounts::reset(reset),
        Reply::Installed(installed) => install(installed),
        Reply::Apps(apps) => {
            let rows = apps.iter().map(|app| {
                let numbers: Vec<&str> = app
                    .versions
                    .iter()
                    .map(|one| one.version.as_str())
                    .collect();
                vec![app.name.clone(), numbers.join(" ")]
            });
            table(&["APP", "VERSIONS"], rows, "There are no apps yet.\n")
        }
        Reply::Appspace(appspace) => {
            let waiting = terms::waiting(&appspace.address, &appspace.egress_waiting);
            format!("{} is {}\n{waiting}", appspace.url, status(appspace))
        }
        Reply::Begun(job) | Reply::Job(job) => jobs::job(job),
        Reply::Jobs(all) => jobs::list(all),
        Reply::MoveOffer(offer) => moves::offer(offer),
        Reply::Moves(all) => moves::list(all),
        Reply::Move(one) => moves::ended(one),
        Reply::Deleted(one) => jobs::deleted(one),
        Reply::Trash(all) => jobs::trash(all),
        Reply::Removed(gone) => jobs::removed(gone),
        Reply::Backups(all) => backups::list(all),
        Reply::Forgotten(one) => backups::forgotten(one),
        Reply::Upgrades(upgrades) => tokens::upgrades(upgrades),
        Reply::Key(key) => keys::key(key),
        Reply::Keys(all) => keys::list(all),
        Reply::Token(token) => tokens::token(token),
        Reply::Tokens(all) => tokens::list(all),
        Reply::Previews(all) => backups::previews(all),
        Reply::PreviewClosed(one) => backups::preview_closed(one),
        Reply::BackupKey(key) => backups::key(key),
        Reply::Schedules(all) => schedules::list(all),
        Reply::Mailed(to) => schedules::mailed(to),
        Reply::KeysReplaced(key) => keys_replaced(key),
        Reply::Limits(limits) => terms::limits(limits),
        Reply::Usage(usage) => terms::usage(usage),
        Reply::Egress(egress) => terms::egress(egress),
        Reply::Secret(secret) => terms::secret(secret),
        Reply::Secrets(secrets) => terms::secrets(secrets),
        Reply::Appspaces(appspaces) => {
            let rows = appspaces.iter().map(|one| {
                vec![
                    one.url.clone(),
                    one.app.clone(),
                    one.version.clone(),
                    status(one),
                ]
            });
            let head = ["URL", "APP", "VERSION", "STATUS"];
            table(&head, rows, "There are no appspaces yet.\n")
        }
        Reply::Member(one) => format!("{} ({}): {}\n", one.name, one.id, rights(one)),
        Reply::Members(members) => {
            let rows = members.iter().map(|one| {
                let ways = one.logins.join(", ");
                vec![one.id.clone(), one.name.clone(), ways, rights(one)]
            });
            let head = ["ID", "NAME", "LOGS IN AS", "MAY"];
            table(&head, rows, "There are no members.\n")
        }
        Reply::JoinLink(one) => {
            let many = match one.uses {
                1 => "one person".to_owned(),
                many => format!("{many} people"),
            };
            format!("{}\nFor {many}, until {}.\n", one.link, one.expires)
        }
        Reply::Barred(all) => {
            let rows = all.iter().map(|one| {
                let logins = one.logins.join(", ");
                vec![one.id.clone(), one.name.clone(), logins, one.since.clone()]
            });
            let head = ["ID", "NAME", "LOGGED IN AS", "SINCE"];
            table(&head, rows, "Everybody may come back.\n")
        }
        Reply::LetBack(one) => format!("{} may become a member again.\n", one.name),
        Reply::MemberRemoved(one) => format!("{} is not a member any more.\n", one.name),
    }
}

fn install(installed: &Installed) -> String {
    let mut text = format!(
        "Installed {}@{}.\n",
        installed.app, installed.version.version
    );
    for warning in &installed.warnings {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "warning: {}", plain(warning));
    }
    text
}

fn keys_replaced(key: &str) -> String {
    format!("What is said of DropIDs is signed with a new key from now on: {key}\n")
}

fn status(appspace: &Appspace) -> String {
    match &appspace.reason {
        Some(reason) => format!("{}: {reason}", appspace.status),
        None => appspace.status.clone(),
    }
}

fn rights(member: &Member) -> String {
    match member {
        Member { owner: true, .. } => "owner, may do everything".to_owned(),
        Member {
            role: Some(role), ..
        } => role.clone(),
        Member { permissions, .. } if permissions.is_empty() => "member".to_owned(),
        Member { permissions, .. } => format!("member, may also: {}", permissions.join(", ")),
    }
}

/// A table with aligned columns, or `empty`.
fn table(head: &[&str], rows: impl Iterator<Item = Vec<String>>, empty: &str) -> String {
    let mut lines: Vec<Vec<String>> = vec![
        head.iter()
            .map(|cell| (*cell).to_owned())
            .collect::<Vec<_>>(),
    ];
    lines.extend(rows.map(|row| row.iter().map(|cell| plain(cell)).collect()));
    if lines.len() == 1 {
        return empty.to_owned();
    }
    let width = |column: usize| {
        let cells = lines.iter().map(|line| line[column].chars().count());
        cells.max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let mut text = String::new();
    for line in &lines {
        let cells = line.iter().zip(&widths);
        let cells: Vec<String> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// What app authors wrote must not steer the terminal.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_aligned_and_harmless() {
        let rows = [["a", "bcd"], ["long\x1b[2J", ""]];
        let rows = rows
            .iter()
            .map(|row| row.iter().map(ToString::to_string).collect());
        assert_eq!(
            table(&["X", "Y"], rows, ""),
            "X         Y\na         bcd\nlong\u{fffd}[2J\n"
        );
        assert_eq!(table(&["X"], std::iter::empty(), "none"), "none");
    }
}
