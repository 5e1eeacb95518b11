//! The commands about mail.

use clap::Subcommand;

/// What to do about mail.
#[derive(Debug, Subcommand)]
pub enum Mail {
    /// Send a letter to see whether mail arrives
    Test {
        /// The mail address it goes to
        address: String,
    },
}
