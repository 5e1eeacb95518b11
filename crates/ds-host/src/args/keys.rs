//! The commands about API keys and secret links.

use clap::Subcommand;

use super::Which;

/// What to do about keys and links.
#[derive(Debug, Subcommand)]
pub enum Key {
    /// Make a key or a link, a member of its own; it is printed once
    Add {
        /// Where.
        #[command(flatten)]
        which: Which,
        /// What it is called, as a member too
        #[arg(value_name = "KEY")]
        key: String,
        /// Make a link to open in a browser, not a key for a program
        #[arg(long)]
        link: bool,
        /// What it may do beyond being a member; may be given several times
        #[arg(long, value_name = "PERMISSION")]
        permit: Vec<String>,
        /// For how many days it is good [default: 365; of a link: 30]
        #[arg(long, value_name = "NUMBER")]
        days: Option<u32>,
        /// It is good until it is removed
        #[arg(long, conflicts_with = "days")]
        never_expires: bool,
        /// Where a link leads
        #[arg(long, requires = "link")]
        path: Option<String>,
    },
    /// List the keys and links of an appspace, and the programs that its members let in
    List(Which),
    /// Make a key, a link or a program worth nothing, at once
    Remove {
        /// Where.
        #[command(flatten)]
        which: Which,
        /// Its id, as `appspace key list` shows it
        id: String,
    },
}
