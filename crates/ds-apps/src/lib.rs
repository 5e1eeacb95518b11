//! Getting an app ready.
//!
//! A package (`.tar.gz` or folder) is unpacked, its manifest checked, its modules fetched and prepared, and its
//! code run once to learn its routes, migrations and permissions. [`Installer`] does all of that for a host and
//! records the result; [`ready_folder`] does it without a store, for one app on a laptop.

pub mod entrypoint;
mod error;
mod install;
pub mod manifest;
pub mod modules;
pub mod package;
pub mod prepare;
pub mod sequence;
mod warning;

pub use error::{InstallError, InstallErrorKind};
pub use install::{
    InstallOptions, Installed, Installer, InstallerParts, Ready, Step, code_of, ready_folder,
};
pub use modules::Modules;
pub use package::{Bounds, Source};
pub use warning::{Problem, Warning};
