//! `cargo xtask test`.

use std::path::Path;

use anyhow::Result;

use crate::{
    peers,
    shell::{self, cargo, program, root},
    tools::{self, Runner},
};

/// Tests in modules of this name take long; they run when everything is asked for.
const SLOW: &str = "slow::";

/// Sets up what is missing, builds everything and runs all tests; the runner's summary comes last.
pub(crate) fn run(full: bool) -> Result<()> {
    let deno = &tools::deno()?;
    tools::browser()?;
    tools::npm_packages()?;
    let peers = peers::all()?;
    let runner = tools::runner();
    shell::run(cargo().args(["build", "--workspace", "--locked"]))?;
    javascript(deno)?;
    shell::run(
        cargo()
            .args(["test", "--workspace", "--locked", "--doc", "--quiet"])
            .env("DS_DENO", deno),
    )?;
    let mut tests = cargo();
    match runner {
        Runner::Nextest => {
            let profile = if full { "full" } else { "default" };
            tests.args([
                "nextest",
                "run",
                "--workspace",
                "--locked",
                "--profile",
                profile,
            ]);
        }
        Runner::Cargo => {
            tests.args(["test", "--workspace", "--locked", "--all-targets"]);
            if !full {
                tests.args(["--", "--skip", SLOW]);
            }
        }
    }
    shell::run(tests.env("DS_DENO", deno).envs(peers))
}

/// The built-in modules' own tests, in the language they are written in.
fn javascript(deno: &Path) -> Result<()> {
    let package = root().join("crates/ds-sandbox");
    if !package.join("tests/js").is_dir() {
        return Ok(());
    }
    shell::run(
        program(deno)
            .args([
                "test",
                "--quiet",
                "--no-config",
                "--no-lock",
                "--no-remote",
                "--no-npm",
            ])
            .arg(format!("--allow-read={}", package.display()))
            .arg("tests/js")
            .current_dir(&package),
    )
}
