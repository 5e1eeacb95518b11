//! Why an app could not be installed.

use std::io;

use ds_core::{StoreError, Version};
use ds_routes::ListingError;
use ds_sandbox::{ControlError, StartError};

use crate::{
    Warning,
    entrypoint::EntrypointError,
    manifest::{LearnedError, ManifestError},
    package::PackageError,
    prepare::PrepareError,
};

/// Why an app could not be installed. Nothing of it is left.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// The package cannot be unpacked.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// The manifest cannot be read.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// There is no telling what to run.
    #[error(transparent)]
    Entrypoint(#[from] EntrypointError),
    /// What the manifest says, or the app declares, stands in the way.
    #[error("the app cannot be installed: {}", reasons(.0))]
    Blocked(Vec<Warning>),
    /// The owner has this version already.
    #[error("{name} {version} is installed already; give the new package another version")]
    Duplicate {
        /// The app.
        name: String,
        /// The version.
        version: Version,
    },
    /// The same app is being installed at this moment.
    #[error("another package of {name} is being installed now; try again when that is done")]
    Busy {
        /// The app.
        name: String,
    },
    /// Its modules cannot be fetched or prepared.
    #[error(transparent)]
    Prepare(#[from] PrepareError),
    /// Its code does not start.
    #[error("the first run of the app failed")]
    Start(#[source] StartError),
    /// Its code starts, and then does not say what it can do.
    #[error("the app does not say what it can do")]
    Learn(#[source] ControlError),
    /// Its routes are not routes.
    #[error("the app's routes cannot be used")]
    Routes(#[source] ListingError),
    /// What else it declares is not in the agreed form.
    #[error(transparent)]
    Learned(#[from] LearnedError),
    /// The database refused or failed.
    #[error("cannot {action}")]
    Store {
        /// What was being done.
        action: &'static str,
        /// Why it failed.
        #[source]
        source: StoreError,
    },
    /// The files cannot be put where they belong.
    #[error("cannot {action}")]
    Files {
        /// What was being done.
        action: &'static str,
        /// Why it failed.
        #[source]
        source: io::Error,
    },
    /// A defect of this host.
    #[error("installing broke off; this is a defect of the host")]
    Panicked,
}

/// Whose turn it is to do something about an [`InstallError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstallErrorKind {
    /// The package is not as it should be.
    Invalid,
    /// The package is over a bound.
    TooLarge,
    /// It does not fit what is installed.
    Conflict,
    /// The app's code fails, or says nonsense.
    App,
    /// This host fails.
    Internal,
}

impl InstallError {
    /// Whose turn it is to do something about it.
    #[must_use]
    pub fn kind(&self) -> InstallErrorKind {
        use InstallErrorKind as Kind;
        match self {
            Self::Package(error) => package_kind(error),
            Self::Manifest(ManifestError::TooLarge) => Kind::TooLarge,
            Self::Manifest(_) | Self::Entrypoint(_) => Kind::Invalid,
            Self::Blocked(warnings) => {
                if warnings.iter().all(|one| one.field == "version-sequence") {
                    Kind::Conflict
                } else {
                    Kind::Invalid
                }
            }
            Self::Duplicate { .. }
            | Self::Busy { .. }
            | Self::Store {
                source: StoreError::Taken { .. },
                ..
            } => Kind::Conflict,
            Self::Prepare(error) => prepare_kind(error),
            Self::Start(StartError::Engine(_) | StartError::Spawn { .. })
            | Self::Store { .. }
            | Self::Files { .. }
            | Self::Panicked => Kind::Internal,
            Self::Start(_) | Self::Learn(_) | Self::Routes(_) | Self::Learned(_) => Kind::App,
        }
    }
}

fn package_kind(error: &PackageError) -> InstallErrorKind {
    use InstallErrorKind as Kind;
    match error {
        PackageError::Write { .. } => Kind::Internal,
        PackageError::ArchiveTooLarge { .. }
        | PackageError::TooLarge { .. }
        | PackageError::FileTooLarge { .. }
        | PackageError::TooManyEntries { .. } => Kind::TooLarge,
        _ => Kind::Invalid,
    }
}

fn prepare_kind(error: &PrepareError) -> InstallErrorKind {
    use InstallErrorKind as Kind;
    match error {
        PrepareError::Read { .. } | PrepareError::Write { .. } | PrepareError::Ended(_) => {
            Kind::Internal
        }
        PrepareError::TooMuch { .. } => Kind::TooLarge,
        _ => Kind::Invalid,
    }
}

fn reasons(warnings: &[Warning]) -> String {
    let messages: Vec<&str> = warnings.iter().map(|one| one.message.as_str()).collect();
    messages.join("; ")
}
