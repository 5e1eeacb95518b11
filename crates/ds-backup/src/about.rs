//! What a copy of an appspace says of itself.
//!
//! Every copy, snapshot or archive, is the same tree:
//!
//! ```text
//! appspace.json    this description; an archive has it in its `archive.json`
//! data/            files/ · avatars/ · storage/ · appspace-meta.db (members, schema)
//! package/         the app's package as uploaded; only in archives, on request
//! ```

use ds_core::{Address, AppspaceId, Manifest, Schema, Timestamp};
use serde::{Deserialize, Serialize};

/// The file in every snapshot that holds its [`About`].
pub const ABOUT: &str = "appspace.json";
/// The directory in every copy that holds the appspace's data.
pub const DATA: &str = "data";
/// The directory in an archive that holds the app's package.
pub const PACKAGE: &str = "package";
/// The version of this description. Readers refuse higher ones.
pub const FORMAT: u32 = 1;

/// Enough to make the appspace again, on this host or another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct About {
    /// [`FORMAT`] when it was written.
    pub format: u32,
    /// The appspace, on the host that made the copy.
    pub appspace: AppspaceId,
    /// Where it answered.
    pub address: Address,
    /// The app version that ran in it, as its manifest says: name, version, app API, permissions.
    pub app: Manifest,
    /// The schema of the data, which is not the manifest's if it waits for a migration.
    pub schema: Schema,
    /// When the data was cloned.
    pub made: Timestamp,
    /// What the copy was made for.
    pub reason: CopyReason,
    /// In what state the data was.
    pub consistency: Consistency,
    /// How many members belong to it.
    pub members: u32,
}

/// What a copy was made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CopyReason {
    /// Somebody asked for it.
    Asked,
    /// It was due.
    Schedule,
    /// The app was about to be upgraded or downgraded.
    BeforeUpgrade,
    /// Older data was about to take the place of this.
    BeforeRestore,
    /// The appspace was about to be deleted.
    BeforeDelete,
    /// To be kept elsewhere.
    Export,
    /// To go on on another host.
    Move,
}

/// In what state data was when it was cloned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Consistency {
    /// Every database was closed: what was written is all there.
    AtRest,
    /// The app did not close its databases in time. It finds what it would find after a power cut, which
    /// `SQLite` recovers from.
    Crash,
}
