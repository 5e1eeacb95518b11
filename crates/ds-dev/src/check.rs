//! `ds-dev check`.

use std::io::Write as _;

use anyhow::{Context as _, Result};
use serde_json::json;

use crate::{args::CheckArgs, project::Project};

/// Makes an app ready as a host would, and prints what it can do and what should be better.
///
/// # Errors
/// If a host would not install it, with the reason.
pub async fn check(args: CheckArgs) -> Result<()> {
    let project = Project::open(args.app, args.code).await?;
    let ready = project.load().await?.ready;
    let blocking = ds_apps::manifest::blocking(&ready.warnings);
    if args.json {
        let routes: Vec<_> = ready
            .routes
            .iter()
            .map(|it| format!("{} {}", it.method, it.pattern))
            .collect();
        print(
            &json!({ "manifest": ready.manifest, "routes": routes, "warnings": ready.warnings })
                .to_string(),
        )?;
    } else {
        print(&format!(
            "{} {}",
            ready.manifest.name, ready.manifest.version
        ))?;
        print(&format!(
            "schema {}, {} routes",
            ready.manifest.schema,
            ready.routes.len()
        ))?;
        for warning in &ready.warnings {
            print(&format!("- {}: {}", warning.field, warning.message))?;
        }
    }
    anyhow::ensure!(blocking.is_empty(), "a host would not install this app");
    Ok(())
}

/// Prints to standard output, which is data.
///
/// # Errors
/// If it cannot be written.
pub fn print(text: &str) -> Result<()> {
    writeln!(std::io::stdout(), "{text}").context("cannot write to standard output")
}
