//! Apps and their installed versions.

use semver::Version;

use crate::{AccountId, ApiVersion, AppId, Manifest, Schema, Timestamp, VersionId};

/// An app as installed on this host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct App {
    /// Its id.
    pub id: AppId,
    /// Whose it is.
    pub owner: AccountId,
    /// The name by which it is chosen on the command line: the manifest's, of its first version.
    pub name: String,
    /// When its first version was installed.
    pub created: Timestamp,
}

/// One installed version of an app. Never changes once installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppVersion {
    /// Its id, never reused.
    pub id: VersionId,
    /// The app it is a version of.
    pub app: AppId,
    /// Its number.
    pub version: Version,
    /// The app API it is written for.
    pub api: ApiVersion,
    /// The schema its data has.
    pub schema: Schema,
    /// Its manifest, complete: schema, migrations and entrypoint filled in.
    pub manifest: Manifest,
    /// When it was installed.
    pub created: Timestamp,
}
