//! `ds-host doctor`.

use std::fmt::Write as _;

use ds_core::DataDir;
use ds_sandbox::{DenoEngine, EngineConfig, Examination, HostMemory, LayerState, find_deno};
use serde::Serialize;

use super::{CliError, out::Out};
use crate::{compose::engine_config, config::Config};

/// What was found.
#[derive(Serialize)]
struct Findings {
    deno: String,
    version: String,
    #[serde(flatten)]
    walls: Examination,
    memory_mib: Option<u64>,
    memory_budget_mib: Option<u64>,
}

/// Tells what stands between apps and this computer. It needs no running host and changes nothing.
pub(super) async fn run(config: &Config, data: &DataDir, out: Out) -> Result<(), CliError> {
    let deno = find_deno(config.deno.clone())
        .await
        .map_err(CliError::Deno)?;
    // Beside the data, if there is any: which walls there are depends on the file system too.
    let beside = if data.root().is_dir() {
        data.root().to_owned()
    } else {
        std::env::temp_dir()
    };
    let scratch = beside.join(format!("doctor-{}", ds_core::secret::random_text(12)));
    let options = EngineConfig {
        warm: 0,
        ..engine_config(&config.sandbox)
    };
    let engine = DenoEngine::new(deno.clone(), &scratch, options).await;
    let walls = match engine {
        Ok(engine) => Ok(engine.examine().await),
        Err(error) => Err(CliError::Deno(error)),
    };
    ds_core::publish::remove_dir(&scratch).map_err(CliError::Doctor)?;
    let walls = walls?;
    let mib = |bytes: u64| bytes >> 20;
    let limit = HostMemory::read().limit;
    let budget = match config.sandbox.memory_budget_mib {
        0 => limit.map(|limit| mib(limit / 2)),
        mib => Some(mib.into()),
    };
    let findings = Findings {
        deno: deno.path.display().to_string(),
        version: deno.version.to_string(),
        walls,
        memory_mib: limit.map(mib),
        memory_budget_mib: budget,
    };
    out.value(&findings, &words(&findings))
        .map_err(CliError::Output)
}

fn words(found: &Findings) -> String {
    let mut words = format!("Deno {} ({})\n\n", found.version, found.deno);
    words.push_str("What stands around apps:\n");
    for layer in &found.walls.layers {
        let mark = match layer.state {
            LayerState::Active => "ok    ",
            LayerState::Weaker => "weaker",
            LayerState::Missing => "none  ",
        };
        let _ = writeln!(words, "  {mark}  {:<15} {}", layer.name, layer.note);
    }
    if let (Some(memory), Some(budget)) = (found.memory_mib, found.memory_budget_mib) {
        let _ = writeln!(
            words,
            "\nMemory: {budget} MiB for all sandboxes, of {memory} MiB."
        );
    }
    words.push_str(if found.walls.runs {
        "\nApp code runs here.\n"
    } else {
        "\nApp code does not run here. The host serves files and pages; apps that need code answer with an error.\n\
         To run it all the same, without namespaces, set `allow_without_namespaces = true` under [sandbox]: a fault in\n\
         Deno that leads out of its process then leads to what this user may do.\n"
    });
    words
}
