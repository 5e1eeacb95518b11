//! What mail about snapshots says.

use std::fmt::Write as _;

use super::Known;
use crate::ops::Names;

/// What there is to tell, and to whom.
pub(super) struct Text<'a> {
    pub(super) names: &'a Names,
    /// Whether it is somebody who runs the host, to whom its places are no secret.
    pub(super) is_admin: bool,
    /// Those without snapshots.
    pub(super) missing: Vec<&'a Known>,
    /// Those of which there are snapshots again.
    pub(super) over: Vec<&'a Known>,
}

impl Text<'_> {
    /// That there are none.
    pub(super) fn missing(&self) -> (String, String) {
        let subject = format!("No snapshots of {}", names(&self.missing));
        let mut text =
            "Snapshots are what your data can be had back from. There are none of late of:\n"
                .to_owned();
        for one in &self.missing {
            let address = &one.appspace.address;
            // Writing to a String cannot fail.
            let _ = write!(text, "\n* {address}: ");
            let _ = match &one.record.success {
                Some(last) => writeln!(text, "the last is of {}.", last.made),
                None => writeln!(text, "there is none yet."),
            };
            if let Some(failure) = &one.record.failure {
                let why = if self.is_admin {
                    &failure.why
                } else {
                    "the host could not do it; whoever runs it finds the reason in its log"
                };
                let _ = writeln!(text, "  Last tried at {}: {why}", failure.at);
            }
            let _ = writeln!(text, "  {}", self.page(one));
        }
        text.push_str("\nWhat to do: ");
        text.push_str(if self.is_admin {
            "look whether the places in the host's configuration can be reached, have room, and let the host write. \
             Then take a snapshot on the appspace's page, which says at once whether it works.\n"
        } else {
            "take a snapshot on the appspace's page. If that fails, too, tell whoever runs the host.\n"
        });
        text.push_str("The appspaces themselves work as usual. Should it last, you are told again in a week.\n");
        if !self.over.is_empty() {
            let _ = writeln!(
                text,
                "\nThere are snapshots again of {}.",
                names(&self.over)
            );
        }
        (subject, text)
    }

    /// That there are again.
    pub(super) fn over(&self) -> (String, String) {
        let subject = format!("Snapshots of {} again", names(&self.over));
        let mut text = "All is well again: there are new snapshots.\n".to_owned();
        for one in &self.over {
            let address = &one.appspace.address;
            let _ = match &one.record.success {
                Some(last) => writeln!(text, "\n* {address}: the last is of {}.", last.made),
                None => writeln!(text, "\n* {address}"),
            };
            let _ = writeln!(text, "  {}", self.page(one));
        }
        (subject, text)
    }

    fn page(&self, one: &Known) -> String {
        let (site, address) = (self.names.site_origin(), &one.appspace.address);
        format!("{site}/appspaces/{address}/snapshots")
    }
}

/// `notes.example.com`, `notes.example.com and 2 others`
fn names(all: &[&Known]) -> String {
    let first = all.first().map(|one| one.appspace.address.to_string());
    let first = first.unwrap_or_default();
    match all.len() {
        0 | 1 => first,
        2 => format!("{first} and another appspace"),
        more => format!("{first} and {} other appspaces", more - 1),
    }
}
