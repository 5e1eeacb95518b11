//! `cargo xtask`: try it, test it, check it, measure it. Sets up what is missing on the way.

mod architecture;
mod bench;
mod ci;
mod demo;
mod layers;
mod links;
mod peers;
mod shell;
mod source;
mod test;
mod tidy;
mod tools;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

/// Everything there is to do with this repository besides writing it.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Start a host with three example apps to try, on this computer alone
    Demo {
        /// Check that every address answers, then stop
        #[arg(long)]
        once: bool,
        /// Where it keeps everything
        #[arg(long, value_name = "DIR", default_value = ".demo")]
        data_dir: PathBuf,
    },
    /// Build and run all tests
    Test {
        /// Also the slow ones: load, crashes, whole upgrades
        #[arg(long)]
        full: bool,
    },
    /// Check formatting, lints, layers, house rules and documentation
    Ci,
    /// Measure a release build
    Bench {
        /// Fewer and shorter rounds
        #[arg(long)]
        quick: bool,
        /// Only these groups: lookup, start, files, functions, wake, modules, jail, memory, burst, snapshots
        groups: Vec<String>,
    },
}

fn main() -> ExitCode {
    let done = match Arguments::parse().task {
        Task::Demo { once, data_dir } => demo::run(once, &data_dir),
        Task::Test { full } => test::run(full),
        Task::Ci => ci::run(),
        Task::Bench { quick, groups } => bench::run(quick, &groups),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            shell::warn(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
