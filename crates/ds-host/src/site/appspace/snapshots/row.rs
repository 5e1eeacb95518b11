//! A snapshot, as pages show it.

use ds_backup::{Consistency, CopyReason};

use crate::{
    ops::{BackupSummary, amounts},
    site::words,
};

/// A snapshot.
#[derive(Debug)]
pub(super) struct SnapshotRow {
    pub(super) id: String,
    /// The beginning of the id, as people write it.
    pub(super) short: String,
    pub(super) made: String,
    pub(super) why: &'static str,
    pub(super) size: String,
    pub(super) files: String,
    pub(super) version: Option<String>,
    pub(super) members: Option<String>,
    /// `at 2 places`
    pub(super) at: String,
    /// The places, for those who run the host.
    pub(super) places: Vec<String>,
    /// Whether the app had not closed its databases.
    pub(super) is_crash: bool,
}

impl SnapshotRow {
    pub(super) fn of(summary: &BackupSummary, is_admin: bool) -> Self {
        let snapshot = &summary.snapshot;
        let about = snapshot.about.as_ref();
        let places = summary.places.iter().map(|(place, _)| place.clone());
        let number = u64::try_from(summary.places.len()).unwrap_or(u64::MAX);
        Self {
            id: snapshot.id.to_string(),
            short: snapshot.id.short().to_owned(),
            made: words::time(snapshot.made),
            why: snapshot.reason.map_or("", why),
            size: amounts::size(snapshot.bytes),
            files: amounts::counted(snapshot.files, "file"),
            version: about.map(|about| about.app.version.to_string()),
            members: about.map(|about| amounts::counted(about.members.into(), "member")),
            at: format!("at {}", amounts::counted(number, "place")),
            places: if is_admin {
                places.collect()
            } else {
                Vec::new()
            },
            is_crash: snapshot.consistency == Some(Consistency::Crash),
        }
    }
}

fn why(reason: CopyReason) -> &'static str {
    match reason {
        CopyReason::Asked => "asked for",
        CopyReason::Schedule => "by schedule",
        CopyReason::BeforeUpgrade => "before a change of version",
        CopyReason::BeforeRestore => "before a restore",
        CopyReason::BeforeDelete => "before it was deleted",
        CopyReason::Export => "for an export",
        CopyReason::Move => "for a move",
    }
}
