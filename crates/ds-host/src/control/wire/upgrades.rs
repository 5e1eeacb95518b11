//! What is said about how appspaces get newer versions.

use ds_core::upgrades::HeldBecause;
use serde::{Deserialize, Serialize};

use crate::ops::UpgradeReport;

/// How an appspace gets newer versions of its app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Upgrades {
    /// `manual` or `automatic`.
    pub mode: String,
    /// The version that runs.
    pub version: String,
    /// The newest that is installed, if it is newer.
    pub newer: Option<String>,
    /// A newer version that is not tried again by itself.
    pub held_back: Option<HeldBack>,
}

/// A version that an appspace is not brought to by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldBack {
    /// Which.
    pub version: String,
    /// Since when, RFC 3339.
    pub since: String,
    /// Why the upgrade failed; `None` if the owner went back to an older version.
    pub failure: Option<String>,
}

impl From<UpgradeReport> for Upgrades {
    fn from(report: UpgradeReport) -> Self {
        Self {
            mode: if report.automatic {
                "automatic"
            } else {
                "manual"
            }
            .to_owned(),
            version: report.runs.to_string(),
            newer: report.newer.map(|newer| newer.to_string()),
            held_back: report.held_back.map(|held| HeldBack {
                version: held.number.to_string(),
                since: held.at.to_string(),
                failure: match held.why {
                    HeldBecause::Failed(why) => Some(why),
                    HeldBecause::WentBack => None,
                },
            }),
        }
    }
}
