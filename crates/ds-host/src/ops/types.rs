//! What operations take and give back.

use std::path::PathBuf;

use ds_core::{
    App, AppVersion, Appspace, EgressRule,
    egress_store::SecretEntry,
    limits::LimitKey,
    usage::{Day, Hour, UsageDelta},
};

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
    /// The hosts that its app asks to reach and nobody has approved.
    pub egress_waiting: Vec<EgressRule>,
}

/// Who asks for a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rank {
    /// The owner of what is changed.
    Owner,
    /// Somebody who runs this host.
    Admin,
}

/// One bound of an appspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitRow {
    /// Which.
    pub key: LimitKey,
    /// What applies.
    pub value: u32,
    /// What is set for this appspace, if anything is.
    pub set: Option<u32>,
    /// What applies where nothing is set.
    pub host: u32,
}

/// What an appspace used, every hour and day there was, oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageReport {
    /// The last 24 hours, the present one included.
    pub hours: Vec<(Hour, UsageDelta)>,
    /// The last days, the present one included.
    pub days: Vec<(Day, UsageDelta)>,
}

/// What an appspace may reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EgressReport {
    /// Whether this host lets apps reach other hosts at all.
    pub enabled: bool,
    /// What the app asks for, then what else was approved once.
    pub hosts: Vec<EgressHost>,
    /// The secrets, without their values.
    pub secrets: Vec<SecretEntry>,
}

/// A host that an app asks to reach, or that its owner approved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EgressHost {
    /// Which.
    pub rule: EgressRule,
    /// Whether the app asks for just this.
    pub asked: bool,
    /// Whether the owner approved just this.
    pub approved: bool,
    /// Whether the app can reach all of it.
    pub open: bool,
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
