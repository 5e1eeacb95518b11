//! What operations take and give back.

use std::path::PathBuf;

use ds_core::{App, AppVersion, Appspace};

/// Where a package is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A `.tar.gz` file.
    Archive(PathBuf),
    /// A folder.
    Folder(PathBuf),
}

/// A version that was just installed.
#[derive(Clone, Debug)]
pub struct Installed {
    /// Its app.
    pub app: App,
    /// The version.
    pub version: AppVersion,
    /// What the developer should know about the package; it works nevertheless.
    pub warnings: Vec<String>,
}

/// An app and its installed versions.
#[derive(Clone, Debug)]
pub struct AppSummary {
    /// The app.
    pub app: App,
    /// Its versions, oldest number first.
    pub versions: Vec<AppVersion>,
}

/// An appspace, as its owner sees it.
#[derive(Clone, Debug)]
pub struct AppspaceSummary {
    /// The appspace.
    pub appspace: Appspace,
    /// The name of its app.
    pub app_name: String,
    /// Where it answers: `https://notes.example.com`.
    pub url: String,
    /// How it is.
    pub status: AppspaceStatus,
}

/// How an appspace is.
///
/// ```text
///   Asleep ──request──▶ Awake ──idle──▶ Asleep
///     │ pause             │ pause
///     └──────▶ Paused ◀───┘      Closed: something else keeps it shut
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AppspaceStatus {
    /// A sandbox is running.
    Awake,
    /// Open; a sandbox starts with the next request for app code.
    Asleep,
    /// Its owner paused it.
    Paused,
    /// It takes no requests, for this reason.
    Closed(String),
}

impl AppspaceStatus {
    /// One word for it.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Awake => "awake",
            Self::Asleep => "asleep",
            Self::Paused => "paused",
            Self::Closed(_) => "closed",
        }
    }

    /// Why it is closed, if that is so.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Closed(reason) => Some(reason),
            _ => None,
        }
    }
}
