//! `dropapp.json`: what an app says of itself. The rules that check it are in ds-apps.

use semver::Version;
use serde::{Deserialize, Serialize};

use crate::{
    EgressRule, MigrationStep, Schema,
    web::{Cors, Csp},
};

/// The complete manifest of an app version: what the developer wrote, checked and normalised, with
/// schema, migrations and entrypoint as learned from the first run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Manifest {
    /// The app's name; may be empty.
    #[serde(default)]
    pub name: String,
    /// One line on what it is for; may be empty.
    #[serde(default)]
    pub short_description: String,
    /// The version.
    pub version: Version,
    /// The main module, relative to the package.
    pub entrypoint: String,
    /// Which app API it is written for (`ApiVersion`); absent means 0.
    #[serde(default)]
    pub ds_api: i64,
    /// The schema of its data: the highest an `up` migration reaches, else 0.
    #[serde(default)]
    pub schema: Schema,
    /// The migrations it can do.
    #[serde(default)]
    pub migrations: Vec<MigrationStep>,
    /// Permissions the app declares (API 1).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub permissions: Vec<DeclaredPermission>,
    /// Roles that the app suggests: what to grant together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<DeclaredRole>,
    /// The hosts the app asks to reach. Which of them it may is the owner's decision.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub egress: Vec<EgressRule>,
    /// The sites whose scripts may use the app.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cors: Option<Cors>,
    /// What its pages load from elsewhere.
    #[serde(default, skip_serializing_if = "Csp::is_empty")]
    pub csp: Csp,
    /// Its icon, relative to the package.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon: Option<String>,
    /// A colour, as `#rrggbb`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accent_color: Option<String>,
    /// Its changelog, relative to the package.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changelog: Option<String>,
    /// Who made it.
    #[serde(default)]
    pub authors: Vec<Author>,
    /// Its web site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    /// Where its source is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Where to support its authors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub funding: Option<String>,
    /// Its licence, as an SPDX identifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// Its licence text, relative to the package.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license_file: Option<String>,
    /// The day it was packaged, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release_date: Option<String>,
}

/// One of an app's authors. What was invalid is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Author {
    /// Their name.
    #[serde(default)]
    pub name: String,
    /// Their mail address.
    #[serde(default)]
    pub email: String,
    /// Their page.
    #[serde(default)]
    pub url: String,
}

/// A permission that an app says members may be granted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeclaredPermission {
    /// Its name, as routes require it.
    pub name: crate::Permission,
    /// What it allows, for the owner who grants it.
    #[serde(default)]
    pub description: String,
}

/// Permissions that an app suggests to grant together.
///
/// Nobody has a role as such: what is kept of a member are permissions, and who holds exactly those of a role is shown
/// with its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeclaredRole {
    /// What programs call it.
    pub key: String,
    /// What people call it.
    pub name: String,
    /// Whom it is for, for the owner who grants it.
    #[serde(default)]
    pub description: String,
    /// What it allows.
    #[serde(default)]
    pub permissions: std::collections::BTreeSet<crate::Permission>,
}
