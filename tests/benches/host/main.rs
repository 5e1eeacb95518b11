//! How fast is it? Every figure that depends on the computer stands beside a peer's, measured in the same run.
//! `cargo xtask bench` builds what is needed and runs this; docs/BENCHMARKS.md says how to read it.

mod burst;
mod deno;
mod family;
mod files;
mod fleet;
mod functions;
mod host;
mod jail;
mod load;
mod lookup;
mod many;
mod memory;
mod modules;
mod nginx;
mod numbers;
mod probe;
mod report;
mod running;
mod setup;
mod sixty;
mod snapshots;
mod start;
mod wake;
mod waking;

use std::process::ExitCode;

use anyhow::{Result, bail};

use report::{Report, say};
use setup::Setup;

/// A group of measurements.
type Group = fn(&Setup, &mut Report) -> Result<()>;

/// All of them, in the order in which they are done.
const GROUPS: &[(&str, Group)] = &[
    ("lookup", lookup::measure),
    ("start", start::measure),
    ("files", files::measure),
    ("functions", functions::measure),
    ("wake", wake::measure),
    ("modules", modules::measure),
    ("jail", jail::measure),
    ("memory", memory::measure),
    ("burst", burst::measure),
    ("snapshots", snapshots::measure),
];

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

/// Measures what the arguments name. Says whether everything could be measured.
fn run() -> Result<bool> {
    let (quick, wanted) = arguments(std::env::args().skip(1))?;
    let setup = Setup::new(quick)?;
    let mut report = Report::default();
    for (name, measure) in GROUPS {
        if wanted.is_empty() || wanted.iter().any(|one| one == name) {
            say(&format!("Measuring: {name} …"));
            report.group(name);
            if let Err(error) = measure(&setup, &mut report) {
                report.failed(&error);
            }
        }
    }
    say(&format!("\n{report}"));
    Ok(report.is_complete())
}

/// Whether it is to be quick, and the names of groups.
fn arguments(given: impl Iterator<Item = String>) -> Result<(bool, Vec<String>)> {
    let (mut quick, mut wanted) = (false, Vec::new());
    for argument in given {
        match argument.as_str() {
            "--quick" => quick = true,
            // Cargo says so to every benchmark.
            "--bench" => {}
            name if GROUPS.iter().any(|(known, _)| *known == name) => wanted.push(argument),
            other => {
                let names: Vec<_> = GROUPS.iter().map(|(name, _)| *name).collect();
                bail!(
                    "`{other}` is no group of measurements; there are {}",
                    names.join(", ")
                );
            }
        }
    }
    Ok((quick, wanted))
}
