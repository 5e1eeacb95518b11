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
    /// Open a snapshot for a look before it is put back: read-only, for its owner alone, at an address of its own
    Preview {
        /// Where.
        #[command(flatten)]
        which: Which,
        /// The beginning of a snapshot's id, as `backup list` shows it, or `latest`
        #[arg(default_value = "latest")]
        snapshot: String,
    },
    /// List the snapshots that are open for a look
    Previews {
        /// Whose.
        #[command(flatten)]
        owner: Owner,
    },
    /// Close a snapshot that is open for a look
    ClosePreview {
        /// Its URL or its host name, as `backup previews` shows it
        #[arg(value_name = "URL")]
        url: String,
        /// Whose it is.
        #[command(flatten)]
        owner: Owner,
    },
    /// Forget a snapshot
    Forget {
        /// Where.
        #[command(flatten)]
        which: Which,
        /// The beginning of its id, as `backup list` shows it
        snapshot: String,
    },
    /// Show how often snapshots are taken, how many are kept and how it went, and change it
    Schedule(Schedule),
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

/// How often snapshots of an appspace are taken, and how many are kept.
#[derive(Debug, Args)]
pub struct Schedule {
    /// The appspace: its name or its full address; without one, all are shown
    pub name: Option<String>,
    /// Whose it is.
    #[command(flatten)]
    pub owner: Owner,
    /// How often: off, hourly, "every 6 hours", daily, weekly, or default for what holds for all
    #[arg(long, value_name = "WHEN", requires = "name")]
    pub every: Option<String>,
    /// How many of the latest stay, or default
    #[arg(long, value_name = "NUMBER", requires = "name")]
    pub keep_last: Option<String>,
    /// For how many days the latest of the day stays, or default
    #[arg(long, value_name = "NUMBER", requires = "name")]
    pub keep_daily: Option<String>,
    /// For how many weeks the latest of the week stays, or default
    #[arg(long, value_name = "NUMBER", requires = "name")]
    pub keep_weekly: Option<String>,
    /// For how many months the latest of the month stays, or default
    #[arg(long, value_name = "NUMBER", requires = "name")]
    pub keep_monthly: Option<String>,
}
