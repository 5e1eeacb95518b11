//! What a host keeps of each appspace's snapshots beside the snapshots themselves: how often they are taken, how the
//! last attempts went, and whether the owner was told that none succeeds. So nobody opens a repository to know.

mod schedule;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::{AccountId, AppspaceId, StoreError, Timestamp};

pub use schedule::{Every, EveryError, HOURS_MAX, Turn};

/// What is set for one appspace; the host's configuration applies where there is nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SnapshotSettings {
    /// How often they are taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every: Option<Every>,
    /// How many of the latest stay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_last: Option<u32>,
    /// For how many days the latest of the day stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_daily: Option<u32>,
    /// For how many weeks the latest of the week stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_weekly: Option<u32>,
    /// For how many months the latest of the month stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_monthly: Option<u32>,
}

/// The most that can be kept of each kind.
pub const KEEP_MAX: u32 = 1_000;

/// The last snapshot that is kept somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotSuccess {
    /// When the data was cloned.
    pub made: Timestamp,
    /// At how many places it is,
    pub kept: u32,
    /// of how many.
    pub places: u32,
    /// What went wrong at the others.
    pub missed: Option<String>,
}

/// The last attempt that failed, with none that succeeded since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotFailure {
    /// When.
    pub at: Timestamp,
    /// Why, as a person can read it.
    pub why: String,
}

/// The most that is kept of a reason, in bytes.
const WHY_MAX: usize = 1_000;

/// As much of a text as is kept of a reason.
#[must_use]
pub fn bounded(text: &str) -> String {
    if text.len() <= WHY_MAX {
        return text.to_owned();
    }
    format!(
        "{}…",
        &text[..text.floor_char_boundary(WHY_MAX - '…'.len_utf8())]
    )
}

/// Whether the owner knows that no snapshot succeeds.
///
/// ```text
///           none for too long          mail
///  (–, –) ────────────────────▶ (since, –) ───▶ (since, mailed) ──▶ again every 7 days
///    ▲                              │                 │
///    │◀────── one succeeds ─────────┘                 │ one succeeds
///    │               mail                             ▼
///    └─────────────────────────────────────────  (–, mailed)
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SnapshotAlert {
    /// Since when pages say so.
    pub since: Option<Timestamp>,
    /// When the last mail about it was sent, while its end was not told by mail.
    pub mailed: Option<Timestamp>,
}

/// What is known of an appspace's snapshots.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SnapshotRecord {
    /// What is set.
    pub settings: SnapshotSettings,
    /// The last that is kept; `None` if none is known.
    pub success: Option<SnapshotSuccess>,
    /// The last attempt that failed since.
    pub failure: Option<SnapshotFailure>,
    /// Whether the owner was told.
    pub alert: SnapshotAlert,
}

/// Keeps all that. What is recorded of an appspace that is gone is gone, too.
#[async_trait]
pub trait SnapshotStore: Send + Sync {
    /// What is known of an appspace's snapshots; nothing of one that is not known.
    async fn snapshot_record(&self, appspace: AppspaceId) -> Result<SnapshotRecord, StoreError>;
    /// The same of all appspaces of an account of which anything is known.
    async fn snapshot_records(
        &self,
        owner: AccountId,
    ) -> Result<Vec<(AppspaceId, SnapshotRecord)>, StoreError>;
    /// Replaces what is set.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such appspace.
    async fn set_snapshots(
        &self,
        appspace: AppspaceId,
        settings: &SnapshotSettings,
    ) -> Result<(), StoreError>;
    /// Records that a snapshot is kept, which ends what is known of failures.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such appspace.
    async fn snapshot_taken(
        &self,
        appspace: AppspaceId,
        success: &SnapshotSuccess,
    ) -> Result<(), StoreError>;
    /// Records that none was.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such appspace.
    async fn snapshot_failed(
        &self,
        appspace: AppspaceId,
        failure: &SnapshotFailure,
    ) -> Result<(), StoreError>;
    /// Replaces what the owner knows.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such appspace.
    async fn set_snapshot_alert(
        &self,
        appspace: AppspaceId,
        alert: SnapshotAlert,
    ) -> Result<(), StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_bounded() {
        assert_eq!(bounded("short"), "short");
        let long = bounded(&"ä".repeat(WHY_MAX));
        assert!(
            long.len() <= WHY_MAX && long.ends_with("ä…"),
            "{}",
            long.len()
        );
    }
}
