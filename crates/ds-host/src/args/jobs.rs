//! The commands about jobs and the trash.

use clap::{Args, Subcommand};

use super::{Owner, Which};

/// What to do about jobs.
#[derive(Debug, Subcommand)]
pub enum Job {
    /// List the jobs under way, and those that ended last
    List {
        /// Whose.
        #[command(flatten)]
        owner: Owner,
    },
    /// Show a job
    Show(WhichJob),
    /// Wait until a job is over
    Follow(WhichJob),
    /// Give a job up; what it did is undone
    Cancel(WhichJob),
}

/// A job.
#[derive(Debug, Args)]
pub struct WhichJob {
    /// The job, as `job list` shows it
    #[arg(value_name = "ID")]
    pub id: String,
    /// Whose it is.
    #[command(flatten)]
    pub owner: Owner,
}

/// What to do about the trash.
#[derive(Debug, Subcommand)]
pub enum Trash {
    /// List the appspaces in the trash
    List {
        /// Whose.
        #[command(flatten)]
        owner: Owner,
    },
    /// Bring an appspace back, with all its data
    Restore {
        /// Which: the name it had, or its id.
        #[command(flatten)]
        which: Which,
        /// Its new name, if it is not to have the one it had
        #[arg(long, value_name = "NAME")]
        address: Option<String>,
    },
    /// Remove for good what is in the trash, without waiting for its time
    Empty {
        /// Only this appspace: the name it had, or its id
        name: Option<String>,
        /// Do not ask whether this is meant
        #[arg(long)]
        yes: bool,
        /// Whose.
        #[command(flatten)]
        owner: Owner,
    },
}
