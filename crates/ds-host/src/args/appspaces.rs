//! Appspaces.

use clap::{Args, Subcommand};

use super::{Export, Import, Key, Member, MoveCancel, MoveIn, Owner, Secret, Upgrades};

/// What to do about appspaces.
#[derive(Debug, Subcommand)]
pub enum Appspace {
    /// Make an appspace
    Create {
        /// The app, as `app list` shows it; without a version, its newest
        #[arg(long, value_name = "NAME[@VERSION]")]
        app: String,
        /// Its name: `notes` becomes notes.localhost, or notes.example.com
        #[arg(long, value_name = "NAME")]
        address: String,
        /// Whose it will be.
        #[command(flatten)]
        owner: Owner,
    },
    /// List the appspaces
    List {
        /// Whose appspaces.
        #[command(flatten)]
        owner: Owner,
    },
    /// Let nobody in until it is resumed
    Pause(Which),
    /// Open a paused appspace
    Resume(Which),
    /// Bring an appspace to another version of its app, newer or older; if that fails, it is as it was
    Upgrade {
        /// Where.
        #[command(flatten)]
        which: Which,
        /// The version [default: the newest that is installed]
        version: Option<String>,
    },
    /// Show how an appspace gets newer versions of its app, or choose that
    Upgrades(Upgrades),
    /// Write an appspace, with all its data and members, into one file
    Export(Export),
    /// Make an appspace from an exported file, or from a backup of the original Dropserver
    Import(Import),
    /// Make a code with which another host can take an appspace over
    MoveOut(Which),
    /// Bring an appspace from another host, with a code that it made
    MoveIn(MoveIn),
    /// List the appspaces that moved to other hosts or came from them
    Moves {
        /// Whose.
        #[command(flatten)]
        owner: Owner,
    },
    /// Cancel a move that is not decided yet
    MoveCancel(MoveCancel),
    /// Open an appspace that came here although its old host, gone for good, never said that it is moved
    MoveInsist(Which),
    /// Move an appspace to the trash
    Delete {
        /// Where.
        #[command(flatten)]
        which: Which,
        /// Do not ask whether this is meant
        #[arg(long)]
        yes: bool,
    },
    /// Show what an appspace may use, and set it
    Limits {
        /// Where.
        #[command(flatten)]
        which: Which,
        /// Set a limit, as in `--set memory_mib=512`; may be given several times
        #[arg(long, value_name = "LIMIT=NUMBER")]
        set: Vec<String>,
        /// Let the host's own limit apply again; may be given several times
        #[arg(long, value_name = "LIMIT")]
        reset: Vec<String>,
    },
    /// Show what an appspace used, and how its last runs ended
    Usage {
        /// Where.
        #[command(flatten)]
        which: Which,
        /// How many days to show
        #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=732))]
        days: Option<u32>,
    },
    /// Show which other hosts an app asks to reach, and allow or deny them
    Egress {
        /// Where.
        #[command(flatten)]
        which: Which,
        /// Allow a host that the app asks for; may be given several times
        #[arg(long, value_name = "HOST")]
        allow: Vec<String>,
        /// Deny a host that was allowed; may be given several times
        #[arg(long, value_name = "HOST")]
        deny: Vec<String>,
    },
    /// Secrets that the host puts into an app's requests to others, so that the app never has them
    #[command(subcommand)]
    Secret(Secret),
    /// Members of an appspace
    #[command(subcommand)]
    Member(Member),
    /// API keys for programs, secret links, and programs that members let in
    #[command(subcommand)]
    Key(Key),
}

/// An appspace.
#[derive(Debug, Args)]
pub struct Which {
    /// The appspace: its name or its full address
    pub name: String,
    /// Whose it is.
    #[command(flatten)]
    pub owner: Owner,
}
