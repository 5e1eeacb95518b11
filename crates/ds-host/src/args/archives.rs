//! The commands about archives.

use std::path::PathBuf;

use clap::Args;

use super::{Owner, Which};

/// Writing an appspace into an archive.
#[derive(Debug, Args)]
pub struct Export {
    /// Which.
    #[command(flatten)]
    pub which: Which,
    /// The archive, which is not there yet: `notes.tar.zst`; `-` is standard output
    pub file: PathBuf,
    /// Put the app into it, too, so that it can be installed where it is not
    #[arg(long)]
    pub with_package: bool,
}

/// Making an appspace from an archive.
#[derive(Debug, Args)]
pub struct Import {
    /// The archive (.tar.zst), or a backup of the original Dropserver (.zip)
    pub file: PathBuf,
    /// The name of the new appspace: `notes` becomes notes.localhost, or notes.example.com
    #[arg(long, value_name = "NAME", required_unless_present = "into")]
    pub address: Option<String>,
    /// An appspace whose data the archive takes the place of, instead of becoming a new one
    #[arg(long, value_name = "NAME", conflicts_with_all = ["address", "app", "install"])]
    pub into: Option<String>,
    /// The app that is to run in it [default: the one it was exported with]
    #[arg(long, value_name = "NAME[@VERSION]")]
    pub app: Option<String>,
    /// Install the app from the archive if that version is not here
    #[arg(long, conflicts_with = "app")]
    pub install: bool,
    /// Whose it will be.
    #[command(flatten)]
    pub owner: Owner,
}
