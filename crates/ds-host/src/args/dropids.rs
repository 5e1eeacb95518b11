//! The commands about DropIDs.

use clap::Subcommand;

/// What to do about DropIDs.
#[derive(Debug, Subcommand)]
pub enum Dropid {
    /// Replace the keys that sign for DropIDs at once, because somebody may have got hold of them
    RotateKeys,
}
