//! How appspaces get newer versions of their app: by their owner's hand, or by themselves.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::{AppspaceId, StoreError, Timestamp, Version, VersionId};

/// How an appspace gets newer versions of its app.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UpgradeChoice {
    /// Whether it is upgraded without anybody asking.
    pub automatic: bool,
    /// The version that it is not brought to again before its owner asks, if there is one. Newer ones are tried.
    pub held_back: Option<HeldBack>,
}

/// A version that an appspace is not brought to by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldBack {
    /// Which.
    pub version: VersionId,
    /// Its number.
    pub number: Version,
    /// Since when.
    pub at: Timestamp,
    /// Why.
    pub why: HeldBecause,
}

/// Why a version is held back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HeldBecause {
    /// The upgrade was tried and failed, as these words say.
    Failed(String),
    /// The owner went back to an older version.
    WentBack,
}

/// How the appspaces of this host get newer versions.
#[async_trait]
pub trait UpgradeStore: Send + Sync {
    /// What was chosen for an appspace; where nothing was, upgrades are by hand.
    async fn upgrade_choice(&self, id: AppspaceId) -> Result<UpgradeChoice, StoreError>;
    /// Chooses. What was held back is tried again.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such appspace.
    async fn set_automatic(&self, id: AppspaceId, automatic: bool) -> Result<(), StoreError>;
    /// Holds a version back, in the place of the one before; the choice stays as it is.
    ///
    /// # Errors
    /// [`StoreError::Missing`] if there is no such appspace.
    async fn hold_back(&self, id: AppspaceId, held: &HeldBack) -> Result<(), StoreError>;
    /// The appspaces that are upgraded by themselves, those in the trash among them.
    async fn automatic_upgrades(&self) -> Result<Vec<AppspaceId>, StoreError>;
}
