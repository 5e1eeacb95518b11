//! What is said about snapshots.

use serde::{Deserialize, Serialize};

use crate::ops::{BackupSummary, PreviewSummary};

/// A snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backup {
    /// Its id at the first place that has it.
    pub id: String,
    /// The id of its appspace.
    pub appspace: String,
    /// The host name where that answered.
    pub address: String,
    /// When the data was cloned, RFC 3339.
    pub made: String,
    /// What it was made for: `asked`, `schedule`, `before-upgrade`, `before-restore` …
    pub reason: Option<String>,
    /// `at-rest`, or `crash` if the app had not closed its databases.
    pub consistency: Option<String>,
    /// The app's version, if it is known.
    pub version: Option<String>,
    /// The bytes of its files.
    pub bytes: u64,
    /// Its files.
    pub files: u64,
    /// The places that have it.
    pub places: Vec<String>,
}

/// A snapshot that is open for a look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// Where its owner can look at it.
    pub url: String,
    /// The host name where the appspace answered when the snapshot was made.
    pub address: String,
    /// The snapshot's id.
    pub snapshot: String,
    /// When that was made, RFC 3339.
    pub made: String,
    /// The version of the app that runs on it.
    pub version: String,
    /// When it is closed at the latest.
    pub until: String,
}

impl From<PreviewSummary> for Preview {
    fn from(summary: PreviewSummary) -> Self {
        Self {
            url: summary.url,
            address: summary.of.to_string(),
            snapshot: summary.snapshot,
            made: summary.made.to_string(),
            version: summary.version.to_string(),
            until: summary.until.to_string(),
        }
    }
}

/// What opens the snapshots.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupKey {
    /// The key: restic's password.
    pub key: String,
    /// The places whose repositories it opens.
    pub places: Vec<String>,
}

impl From<BackupSummary> for Backup {
    fn from(summary: BackupSummary) -> Self {
        let snapshot = summary.snapshot;
        Self {
            id: snapshot.id.to_string(),
            appspace: snapshot.appspace.to_string(),
            address: snapshot.address,
            made: snapshot.made.to_string(),
            reason: snapshot.reason.and_then(word),
            consistency: snapshot.consistency.and_then(word),
            version: snapshot.about.map(|about| about.app.version.to_string()),
            bytes: snapshot.bytes,
            files: snapshot.files,
            places: summary.places.into_iter().map(|(place, _)| place).collect(),
        }
    }
}

/// The name that is stored, too.
fn word(value: impl Serialize) -> Option<String> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => Some(name),
        _ => None,
    }
}
