//! Apps and their versions.

use serde::{Deserialize, Serialize};

/// A version that was just installed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installed {
    /// The id of its app.
    pub id: String,
    /// The app's name, as `appspace create --app` takes it.
    pub app: String,
    /// The version.
    pub version: Version,
    /// What the app's developer should know; the app works nevertheless.
    pub warnings: Vec<String>,
}

/// An app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct App {
    /// Its id.
    pub id: String,
    /// Its name, as `appspace create --app` takes it.
    pub name: String,
    /// Its installed versions, oldest number first.
    pub versions: Vec<Version>,
}

/// An installed version of an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// Its number.
    pub version: String,
    /// The app API it is written for.
    pub api: i64,
    /// The schema its data has.
    pub schema: u32,
    /// When it was installed, RFC 3339.
    pub installed: String,
}
