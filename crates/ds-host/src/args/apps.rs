//! Apps.

use std::path::PathBuf;

use clap::Subcommand;

use super::Owner;

/// What to do about apps.
#[derive(Debug, Subcommand)]
pub enum App {
    /// Install a version of an app
    Install {
        /// A package (.tar.gz) or a folder with dropapp.json in it
        package: PathBuf,
        /// A folder of remote modules that is asked before the network
        #[arg(long, value_name = "DIR")]
        modules: Option<PathBuf>,
        /// Whose app it will be.
        #[command(flatten)]
        owner: Owner,
    },
    /// List the installed apps
    List {
        /// Whose apps.
        #[command(flatten)]
        owner: Owner,
    },
}
