//! The commands about moves between hosts.

use clap::Args;

use super::{Owner, Which};

/// Bringing an appspace from another host.
#[derive(Debug, Args)]
pub struct MoveIn {
    /// The code that the other host made; `-` reads it from standard input
    pub code: String,
    /// The appspace's name here: `notes` becomes notes.localhost, or notes.example.com
    pub name: String,
    /// Whose it will be.
    #[command(flatten)]
    pub owner: Owner,
}

/// Cancelling a move.
#[derive(Debug, Args)]
pub struct MoveCancel {
    /// Which.
    #[command(flatten)]
    pub which: Which,
    /// End the redirect from the address of an appspace that has moved; the address is free then
    #[arg(long)]
    pub redirect: bool,
}
