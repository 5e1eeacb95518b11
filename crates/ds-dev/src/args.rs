//! The command line.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args as ClapArgs, Parser, Subcommand};

/// Runs one Dropserver app on this computer, for the person who writes it.
#[derive(Debug, Parser)]
#[command(name = "ds-dev", version, about)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve an app, and load it anew whenever one of its files changes.
    Run(RunArgs),
    /// Check an app as a host would when installing it, and show what it can do.
    Check(CheckArgs),
    /// Print the types of the `dropserver` module, for your editor.
    Types,
}

/// Arguments of `run`.
#[derive(Debug, ClapArgs)]
pub struct RunArgs {
    /// The folder with the app's `dropapp.json`.
    pub app: PathBuf,
    /// The appspace's directory, kept between runs; or an exported archive, or a backup of the original Dropserver,
    /// whose data this run works on. Without it the appspace is new at every run.
    #[arg(long, value_name = "DIR|FILE")]
    pub appspace: Option<PathBuf>,
    /// Work on a copy of the appspace and leave the directory as it is.
    #[arg(long, requires = "appspace")]
    pub copy: bool,
    /// Unpack the archive into this new directory, and keep it.
    #[arg(
        long,
        value_name = "DIR",
        requires = "appspace",
        conflicts_with = "copy"
    )]
    pub keep: Option<PathBuf>,
    /// Where to listen.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:3003")]
    pub listen: SocketAddr,
    /// Who you are to the app at first: `owner`, `public`, or a member's id.
    #[arg(long = "as", value_name = "WHO", default_value = "owner")]
    pub act_as: String,
    /// Do not watch the app's files.
    #[arg(long)]
    pub no_watch: bool,
    /// How its code is found and run.
    #[command(flatten)]
    pub code: CodeArgs,
}

/// Arguments of `check`.
#[derive(Debug, ClapArgs)]
pub struct CheckArgs {
    /// The folder with the app's `dropapp.json`.
    pub app: PathBuf,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
    /// How its code is found and run.
    #[command(flatten)]
    pub code: CodeArgs,
}

/// How the app's code is found and run.
#[derive(Clone, Debug, ClapArgs)]
pub struct CodeArgs {
    /// A tree of remote modules, asked before any network: `<host>/<path>` as files. Can be repeated.
    #[arg(long, value_name = "DIR")]
    pub modules: Vec<PathBuf>,
    /// The Deno executable.
    #[arg(long, value_name = "FILE")]
    pub deno: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        super::Args::command().debug_assert();
    }
}
