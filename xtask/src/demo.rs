//! `cargo xtask demo`: a host with three apps, set up with the commands that anybody would use.

mod host;
mod password;
mod probe;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use tokio::signal::unix::{SignalKind, signal};

use crate::{
    shell::{self, cargo, output, root, say},
    tools,
};
use host::Host;

const EMAIL: &str = "demo@example.com";
/// What is built to run a host: it, and the launcher of its sandboxes.
pub(crate) const PROGRAMS: [&str; 4] = ["--package", "ds-host", "--package", "ds-sandbox"];

/// Name of the appspace, and folder of the example app in it.
const APPSPACES: &[&str] = &["notes", "files", "guestbook"];
const EXAMPLES: &str = "examples/apps";

/// An address that somebody can open.
struct Place {
    name: String,
    url: String,
}

/// Runs the demo until Ctrl-C, or with `once` until every address has answered.
pub(crate) fn run(once: bool, data_dir: &Path) -> Result<()> {
    let deno = tools::deno()?;
    shell::run(cargo().args(["build", "--locked"]).args(PROGRAMS))?;
    let program = built("debug", "ds-host")?;
    let data_dir = root().join(data_dir);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut host = Host::start(&program, &data_dir, &deno).await?;
        let shown = show(&host, once).await;
        let stopped = host.stop().await;
        shown.and(stopped)
    })
}

/// Where cargo puts a program.
pub(crate) fn built(profile: &str, name: &str) -> Result<PathBuf> {
    let metadata = output(cargo().args(["metadata", "--format-version=1", "--no-deps"]))?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let target = metadata["target_directory"].as_str();
    let target = target.context("cargo does not say where it builds")?;
    Ok(Path::new(target).join(profile).join(name))
}

async fn show(host: &Host, once: bool) -> Result<()> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let prepared = tokio::select! {
        prepared = prepare(host) => Some(prepared?),
        _ = interrupt.recv() => None,
        _ = terminate.recv() => None,
    };
    let Some((password, places)) = prepared else {
        return Ok(());
    };
    say(&words(&password, &places, host.data_dir()));
    if once {
        say("Every address answers.");
        return Ok(());
    }
    tokio::select! {
        ended = host.ended() => ended,
        _ = interrupt.recv() => Ok(()),
        _ = terminate.recv() => Ok(()),
    }
}

/// Account, apps and appspaces, as far as they are not there from the time before; and all of them answer.
async fn prepare(host: &Host) -> Result<(String, Vec<Place>)> {
    let password = password::of(host.data_dir())?;
    let account = [
        "account",
        "create",
        "--email",
        EMAIL,
        "--admin",
        "--password-stdin",
    ];
    host.make(&account, &password).await?;
    let mut places = vec![Place {
        name: "Your account".to_owned(),
        url: host.site().to_owned(),
    }];
    for name in APPSPACES {
        let folder = format!("{EXAMPLES}/{name}");
        let app = app_name(&root().join(&folder))?;
        host.make(&["app", "install", &folder, "--owner", EMAIL], "")
            .await?;
        let appspace = [
            "appspace",
            "create",
            "--app",
            &app,
            "--address",
            name,
            "--owner",
            EMAIL,
        ];
        host.make(&appspace, "").await?;
    }
    let listed = host
        .ask(&["appspace", "list", "--owner", EMAIL], "")
        .await?;
    for appspace in listed["appspaces"]
        .as_array()
        .or(listed.as_array())
        .into_iter()
        .flatten()
    {
        let text = |key: &str| appspace[key].as_str().unwrap_or_default().to_owned();
        places.push(Place {
            name: text("app"),
            url: text("url"),
        });
    }
    if places.len() <= APPSPACES.len() {
        bail!("the host lists fewer appspaces than were made: {listed}");
    }
    for place in &places {
        probe::answers(&place.url, host.listen()).await?;
    }
    Ok((password, places))
}

/// The name that the app's manifest gives.
fn app_name(folder: &Path) -> Result<String> {
    let path = folder.join("dropapp.json");
    let text =
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let manifest: Value = serde_json::from_str(&text)?;
    let name = manifest["name"]
        .as_str()
        .context("the example has no name")?;
    Ok(name.to_owned())
}

fn words(password: &str, places: &[Place], data_dir: &Path) -> String {
    let width = places
        .iter()
        .map(|place| place.name.chars().count())
        .max()
        .unwrap_or_default();
    let places: Vec<String> = places
        .iter()
        .map(|Place { name, url }| format!("  {name:width$}  {url}"))
        .collect();
    let shown = data_dir.strip_prefix(root()).unwrap_or(data_dir).display();
    format!(
        "\nDropserver is running. Open any of these in a browser:\n\n{}\n\n\
         Log in with\n\n  Email     {EMAIL}\n  Password  {password}\n\n\
         Only this computer can reach it. What you do is kept in {shown} for the next time.\n\
         The log is in {shown}/demo.log. Ctrl-C stops it.\n",
        places.join("\n")
    )
}
