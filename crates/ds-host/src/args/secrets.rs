//! Secrets of an appspace.

use clap::Subcommand;

use super::Which;

/// What to do about secrets.
#[derive(Debug, Subcommand)]
pub enum Secret {
    /// Keep a secret, read from standard input, in the place of one with the same name
    Set {
        /// Where.
        #[command(flatten)]
        which: Which,
        /// Its name; the app writes `{{secret:NAME}}` in a header
        #[arg(value_name = "SECRET")]
        secret: String,
        /// The one host that gets it
        #[arg(long, value_name = "HOST")]
        host: String,
    },
    /// List the secrets of an appspace, without what they are
    List(Which),
    /// Remove a secret
    Remove {
        /// Where.
        #[command(flatten)]
        which: Which,
        /// Its name
        #[arg(value_name = "SECRET")]
        secret: String,
    },
}
