//! The commands about tokens of the API, and about upgrades that nobody asks for.

use clap::{Args, Subcommand, ValueEnum};

use super::{Owner, Which};

/// What to do about tokens.
#[derive(Debug, Subcommand)]
pub enum Token {
    /// Make a token, by which a program uses the API for an account; it is printed once
    Create {
        /// What it is for, to tell it from others
        name: String,
        /// What a program that has it may do
        #[arg(long, value_enum, default_value = "read")]
        scope: Scope,
        /// For how many days it is good
        #[arg(long, value_name = "NUMBER", default_value_t = ds_auth::API_TOKEN_DAYS)]
        days: u32,
        /// It is good until it is revoked
        #[arg(long, conflicts_with = "days")]
        never_expires: bool,
        /// Whose things it is for.
        #[command(flatten)]
        owner: Owner,
    },
    /// List the tokens of an account
    List {
        /// Whose.
        #[command(flatten)]
        owner: Owner,
    },
    /// Make a token worth nothing
    Revoke {
        /// The token, as `account token list` shows it
        id: String,
        /// Whose it is.
        #[command(flatten)]
        owner: Owner,
    },
}

/// What a program that has a token may do.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Scope {
    /// Look at everything
    Read,
    /// Look at everything and change it
    Manage,
}

/// How an appspace gets newer versions.
#[derive(Debug, Args)]
pub struct Upgrades {
    /// Where.
    #[command(flatten)]
    pub which: Which,
    /// What is to be; without it, what is is shown
    #[arg(value_enum)]
    pub mode: Option<Mode>,
}

/// How an appspace gets newer versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// By its owner's hand
    Manual,
    /// By itself, as soon as a newer version is installed
    Automatic,
}
