//! `cargo xtask bench`.

use anyhow::Result;

use crate::{
    demo,
    shell::{self, cargo},
    tools,
};

/// Builds the programs as they are shipped, and measures them: `tests/benches/host/`. All groups, or those that
/// are named.
pub(crate) fn run(quick: bool, groups: &[String]) -> Result<()> {
    let deno = tools::deno()?;
    let shipped = ["build", "--release", "--locked"];
    shell::run(cargo().args(shipped).args(demo::PROGRAMS))?;
    let bench = [
        "bench",
        "--locked",
        "--package",
        "ds-tests",
        "--bench",
        "host",
        "--",
    ];
    let mut measure = cargo();
    measure
        .args(bench)
        .args(groups)
        .env("DS_DENO", deno)
        .env("DS_HOST_PROGRAM", demo::built("release", "ds-host")?);
    if quick {
        measure.arg("--quick");
    }
    shell::run(&mut measure)
}
