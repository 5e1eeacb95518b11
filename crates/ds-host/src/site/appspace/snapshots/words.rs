//! How well an appspace is backed up, in words: for its pages and the home page.

use std::collections::HashMap;

use ds_core::{AppspaceId, snapshots::Every};

use crate::{
    ops::{AppspaceSummary, BackupState, Names},
    site::{error::sentence, label, words},
};

/// What stands instead of a reason that names the host's own places.
const IN_THE_LOG: &str = "The host could not do it; whoever runs it finds the reason in its log.";

/// What an appspace's page says of its snapshots.
#[derive(Debug)]
pub(in crate::site) struct Card {
    /// When the last was taken.
    pub(in crate::site) last: String,
    /// How often they are.
    pub(in crate::site) every: String,
    /// What is wrong.
    pub(in crate::site) problem: Option<String>,
    /// That there was none for too long.
    pub(in crate::site) alert: Option<Alert>,
}

/// That there was no snapshot for too long.
#[derive(Debug)]
pub struct Alert {
    /// The appspace's label.
    pub name: String,
    /// `No snapshot since 20 Nov, 03:12 UTC.`
    pub since: String,
    /// Why the last attempt failed, if there was one.
    pub why: Option<String>,
    /// Whether who reads it runs the host.
    pub is_admin: bool,
}

impl Card {
    pub(in crate::site) fn of(name: &str, state: &BackupState, is_admin: bool) -> Self {
        let alert = Alert::of(name, state, is_admin);
        Self {
            last: last(state),
            every: every(state.every),
            problem: problem(state, is_admin).filter(|_| alert.is_none()),
            alert,
        }
    }
}

impl Alert {
    fn of(name: &str, state: &BackupState, is_admin: bool) -> Option<Self> {
        state.late?;
        let failure = state.failure.as_ref();
        Some(Self {
            name: name.to_owned(),
            since: match &state.last {
                Some(last) => format!("No snapshot since {} UTC.", words::time(last.made)),
                None => "No snapshot yet.".to_owned(),
            },
            why: failure.map(|failure| why(&failure.why, is_admin)),
            is_admin,
        })
    }
}

/// What the home page has to say.
pub(in crate::site) fn alerts(
    names: &Names,
    spaces: &[AppspaceSummary],
    states: &HashMap<AppspaceId, BackupState>,
    is_admin: bool,
) -> Vec<Alert> {
    let each = spaces.iter().filter_map(|space| {
        let state = states.get(&space.appspace.id)?;
        Alert::of(label(names, &space.appspace.address), state, is_admin)
    });
    each.collect()
}

fn last(state: &BackupState) -> String {
    let Some(last) = &state.last else {
        return "None is known yet.".to_owned();
    };
    let made = words::time(last.made);
    let places = match (last.kept, last.places) {
        (1, 1) => String::new(),
        (kept, places) if kept == places => format!(", and is kept at {kept} places"),
        (kept, places) => format!(", and is kept at {kept} of {places} places"),
    };
    format!("The last was taken on {made} UTC{places}.")
}

fn every(every: Every) -> String {
    match every {
        Every::Off => {
            "None are taken but those you ask for, and those before its data is changed.".to_owned()
        }
        Every::Hours(1) => "One is taken every hour.".to_owned(),
        Every::Hours(hours) => format!("One is taken every {hours} hours."),
        Every::Daily => "One is taken every day.".to_owned(),
        Every::Weekly => "One is taken every week.".to_owned(),
    }
}

/// Why the last try failed, or why it is not everywhere.
fn problem(state: &BackupState, is_admin: bool) -> Option<String> {
    if let Some(failure) = &state.failure {
        let (at, why) = (words::time(failure.at), why(&failure.why, is_admin));
        return Some(format!("The last try, on {at} UTC, failed. {why}"));
    }
    let missed = state.last.as_ref()?.missed.as_ref()?;
    Some(if is_admin {
        format!("It is not everywhere. {}", sentence(missed))
    } else {
        "It is not at all places; whoever runs the host finds the reason in its log.".to_owned()
    })
}

fn why(text: &str, is_admin: bool) -> String {
    if is_admin {
        sentence(text)
    } else {
        IN_THE_LOG.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use ds_core::{
        Timestamp,
        snapshots::{SnapshotFailure, SnapshotSuccess},
    };

    use super::*;

    fn state(kept: u32, places: u32) -> BackupState {
        BackupState {
            every: Every::Daily,
            last: Some(SnapshotSuccess {
                made: Timestamp(1_795_356_300_000),
                kept,
                places,
                missed: (kept < places).then(|| "/mnt/nas: is away".to_owned()),
            }),
            failure: None,
            late: None,
        }
    }

    fn failing() -> BackupState {
        BackupState {
            failure: Some(SnapshotFailure {
                at: Timestamp(1_795_442_700_000),
                why: "/mnt/nas is full".to_owned(),
            }),
            late: Some(Timestamp(1)),
            ..state(1, 1)
        }
    }

    #[test]
    fn states_in_words() {
        let check = |state: &BackupState, last: &str, problem: &str| {
            let card = Card::of("notes", state, true);
            assert_eq!(card.last, last);
            assert_eq!(card.problem.unwrap_or_default(), problem);
        };
        check(&state(1, 1), "The last was taken on 22 Nov, 14:05 UTC.", "");
        check(
            &state(2, 2),
            "The last was taken on 22 Nov, 14:05 UTC, and is kept at 2 places.",
            "",
        );
        check(
            &state(1, 2),
            "The last was taken on 22 Nov, 14:05 UTC, and is kept at 1 of 2 places.",
            "It is not everywhere. /mnt/nas: is away.",
        );
        let once = BackupState {
            late: None,
            ..failing()
        };
        check(
            &once,
            "The last was taken on 22 Nov, 14:05 UTC.",
            "The last try, on 23 Nov, 14:05 UTC, failed. /mnt/nas is full.",
        );
    }

    #[test]
    fn places_are_for_those_who_run_the_host() {
        for is_admin in [true, false] {
            for state in [state(1, 2), failing()] {
                let card = format!("{:?}", Card::of("notes", &state, is_admin));
                assert_eq!(card.contains("/mnt/nas"), is_admin, "{card}");
            }
        }
        let alert = Card::of("notes", &failing(), true).alert.unwrap();
        assert_eq!(alert.since, "No snapshot since 22 Nov, 14:05 UTC.");
        assert_eq!(alert.why.as_deref(), Some("/mnt/nas is full."));
    }
}
