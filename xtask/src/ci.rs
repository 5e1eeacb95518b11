//! `cargo xtask ci`: everything that can be checked without running tests.

use anyhow::{Result, bail};

use crate::{
    architecture, layers, links,
    shell::{self, cargo, output, root, say},
    source::Tree,
    tidy,
};

/// Checks house rules, formatting, lints and documentation, the quick ones first.
pub(crate) fn run() -> Result<()> {
    rules()?;
    shell::run(cargo().args(["fmt", "--all", "--check"]))?;
    shell::run(
        cargo()
            .args(["clippy", "--workspace", "--all-targets", "--locked"])
            .args(["--", "--deny", "warnings"]),
    )?;
    shell::run(
        cargo()
            .args(["doc", "--workspace", "--no-deps", "--locked"])
            .env("RUSTDOCFLAGS", "--deny warnings"),
    )?;
    say("Formatting, rules, lints and documentation are fine.");
    Ok(())
}

fn rules() -> Result<()> {
    say("Checking layers and house rules");
    let metadata = ["metadata", "--format-version=1", "--no-deps", "--locked"];
    let graph = layers::graph(&output(cargo().args(metadata))?)?;
    let mut problems = layers::problems(&graph);
    let tree = Tree::tracked(&root())?;
    problems.extend(tidy::problems(&tree, &graph));
    problems.extend(architecture::problems(&tree, &graph));
    problems.extend(links::problems(&tree));
    if problems.is_empty() {
        return Ok(());
    }
    bail!(
        "{} to put right:\n  {}",
        problems.len(),
        problems.join("\n  ")
    )
}
