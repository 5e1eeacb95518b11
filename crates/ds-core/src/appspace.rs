//! The appspace itself.

use semver::Version;

use crate::{AccountId, Address, AppId, AppspaceId, Timestamp, VersionId};

/// An address, an app at one version, and (by its id) a data directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appspace {
    /// Its id, never reused.
    pub id: AppspaceId,
    /// Whose it is.
    pub owner: AccountId,
    /// Where it answers.
    pub address: Address,
    /// What runs in it.
    pub app: AppId,
    /// The installed version that runs in it.
    pub version_id: VersionId,
    /// That version's number, for people.
    pub version: Version,
    /// Whether the owner paused it.
    pub paused: bool,
    /// When it was made.
    pub created: Timestamp,
}
