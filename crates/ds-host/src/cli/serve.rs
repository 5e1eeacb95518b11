//! `ds-host serve`.

use std::{io::IsTerminal as _, net::SocketAddr};

use ds_core::DataDir;
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::oneshot,
};

use super::{CliError, out::Out};
use crate::{
    config::Config,
    listen::Stop,
    run::{self, Ready},
};

/// Runs the host until a signal asks it to stop.
pub(super) async fn run(
    mut config: Config,
    data: DataDir,
    listen: Option<SocketAddr>,
    out: Out,
) -> Result<(), CliError> {
    log_to_stderr();
    config.listen = listen.unwrap_or(config.listen);
    let stop = Stop::default();
    stop_on_signals(stop.clone()).map_err(CliError::Runtime)?;
    let (told, ready) = oneshot::channel();
    tokio::spawn(async move {
        if let Ok(ready) = ready.await
            && let Err(error) = out.value(&serde_json::json!({ "ready": ready }), &words(&ready))
        {
            tracing::warn!(%error, "cannot write to standard output");
        }
    });
    Ok(run::run(&config, &data, told, &stop).await?)
}

fn words(ready: &Ready) -> String {
    let mut words = format!(
        "Dropserver is running.\n  Account site  {}\n  Appspaces     {}\n  Data          {}\n",
        ready.site,
        ready.appspaces,
        ready.data_dir.display()
    );
    if let Some(setup) = &ready.setup {
        words.push_str(
            "\nThis host has no account yet. Open this link to make yours; it works once:\n  ",
        );
        words.push_str(setup);
        words.push('\n');
    }
    words
}

/// The first SIGINT or SIGTERM stops gently, the second at once: what is half done is undone at the next start.
fn stop_on_signals(stop: Stop) -> std::io::Result<()> {
    let (mut interrupt, mut terminate) = (
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
    );
    tokio::spawn(async move {
        tokio::select! { _ = interrupt.recv() => {} _ = terminate.recv() => {} }
        stop.ask();
        tokio::select! { _ = interrupt.recv() => {} _ = terminate.recv() => {} }
        tracing::warn!("stopping at once");
        std::process::exit(130);
    });
    Ok(())
}

/// What happens goes to standard error, as much of it as `DS_LOG` says (`info` by default).
fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::builder()
        .with_env_var("DS_LOG")
        .with_default_directive(tracing::Level::INFO.into())
        .from_env_lossy();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        // It would say on standard error that nothing can be written there, and panic: the disk of a log file is full.
        .log_internal_errors(false)
        .with_writer(std::io::stderr);
    // A second start in one process keeps the first one's log.
    let _ = subscriber.try_init();
}
