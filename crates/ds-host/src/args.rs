//! The command line.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand};

mod accounts;
mod apps;
mod appspaces;
mod archives;
mod backups;
mod dropids;
mod jobs;
mod keys;
mod mail;
mod members;
mod moves;
mod people;
mod secrets;
mod tokens;

pub use accounts::Account;
pub use apps::App;
pub use appspaces::{Appspace, Which};
pub use archives::{Export, Import};
pub use backups::{Backup, Restore, Schedule};
pub use dropids::Dropid;
pub use jobs::{Job, Trash, WhichJob};
pub use keys::Key;
pub use mail::Mail;
pub use members::{Member, Permit};
pub use moves::{MoveCancel, MoveIn};
pub use people::OnOff;
pub use secrets::Secret;
pub use tokens::{Mode, Scope, Token, Upgrades};

/// Dropserver: a place for small web apps and the people who use them.
///
/// `ds-host serve` runs the host. The other commands talk to a running host and return when their work is
/// done (exit code 0) or undone (another one, with the reason).
#[derive(Debug, Parser)]
#[command(name = "ds-host", version, max_term_width = 100)]
pub struct Arguments {
    /// Where the host keeps everything [default: as the configuration says, else ~/.local/share/dropserver]
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// The configuration file (TOML); without one, the defaults are used
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print exactly one JSON object on standard output, also if the command fails
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the host
    Serve {
        /// Where to listen [default: as the configuration says, else 127.0.0.1:3000]
        #[arg(long, value_name = "ADDRESS:PORT")]
        listen: Option<SocketAddr>,
    },
    /// Tell what stands between apps and this computer; needs no running host
    Doctor,
    /// Accounts of people on this host
    #[command(subcommand)]
    Account(Account),
    /// Apps
    #[command(subcommand)]
    App(App),
    /// Appspaces: an app with its data, at an address
    #[command(subcommand)]
    Appspace(Appspace),
    /// Snapshots of appspaces
    #[command(subcommand)]
    Backup(Backup),
    /// Appspaces that were deleted
    #[command(subcommand)]
    Trash(Trash),
    /// DropIDs: names of this host's people on the web
    #[command(subcommand)]
    Dropid(Dropid),
    /// Mail that the host sends
    #[command(subcommand)]
    Mail(Mail),
    /// Work that takes long: what is being done, and what came of it
    #[command(subcommand)]
    Job(Job),
}

/// Whose things a command is about.
#[derive(Debug, Args)]
pub struct Owner {
    /// Whose it is: the mail address of an account [default: the only account, else the only admin]
    #[arg(long, value_name = "EMAIL")]
    pub owner: Option<String>,
}

#[cfg(test)]
mod tests;
