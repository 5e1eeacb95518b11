//! The commands about snapshots.

use clap::{Args, Subcommand};

use super::{Owner, Which};

/// What to do about snapshots.
#[derive(Debug, Subcommand)]
pub enum Backup {
    /// Take a snapshot of an appspace now
    Create(Which),
    /// List the snapshots of an appspace, or of all
    List {
        /// The appspace: its name or its full address
        name: Option<String>,
        /// Whose it is.
        #[command(flatten)]
        owner: Owner,
    },
    /// Look whether the snapshots are whole
    Verify {
        /// Read and compare all data, too, which takes long
        #[arg(long)]
        read_data: bool,
    },
    /// Put an appspace back as it was, or a part of it, or make a new one of a snapshot
    Restore(Restore),
    /// Forget a snapshot
    Forget {
        /// Where.
        #[command(flatten)]
        which: Which,
        /// The beginning of its id, as `backup list` shows it
        snapshot: String,
    },
    /// Print the key that opens the snapshots without this host
    Key,
}

/// Putting a snapshot back.
#[derive(Debug, Args)]
pub struct Restore {
    /// Where.
    #[command(flatten)]
    pub which: Which,
    /// The beginning of a snapshot's id, as `backup list` shows it, or `latest`
    pub snapshot: String,
    /// Make a new appspace of it, at this name, and leave the one that is there alone
    #[arg(long, value_name = "NAME")]
    pub to: Option<String>,
    /// Put only this file or directory of the app back
    #[arg(long, value_name = "FILE", conflicts_with = "to")]
    pub path: Option<String>,
}
