//! How to install, and how far it is.

use std::{fmt, path::PathBuf};

use tokio::sync::watch;

/// How to install one package.
#[derive(Clone, Debug, Default)]
pub struct InstallOptions {
    /// A directory of modules that is asked before any other source.
    pub modules: Option<PathBuf>,
    /// Is told of each step.
    pub progress: Option<watch::Sender<Step>>,
}

/// How far an install is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// The package's files are being written and counted.
    #[default]
    Unpacking,
    /// The manifest is being checked.
    ReadingManifest,
    /// Modules are being fetched and prepared.
    GettingModules,
    /// The app's code runs for the first time, to say what it can do.
    FirstRun,
    /// The version is being published and recorded.
    Saving,
}

impl InstallOptions {
    pub(super) fn at(&self, step: Step) {
        if let Some(progress) = &self.progress {
            // Nobody may be looking.
            progress.send_replace(step);
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unpacking => "unpacking",
            Self::ReadingManifest => "reading the manifest",
            Self::GettingModules => "getting modules",
            Self::FirstRun => "first run",
            Self::Saving => "saving",
        })
    }
}
