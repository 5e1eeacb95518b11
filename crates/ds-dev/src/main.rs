//! Runs one Dropserver app on this computer.

use std::process::ExitCode;

use clap::Parser as _;
use ds_dev::args::{Args, Command};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    let filter = EnvFilter::try_from_env("DS_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        // Where nothing can be written, it would say so there and panic.
        .log_internal_errors(false)
        .with_writer(std::io::stderr)
        .init();
    let done = match args.command {
        Command::Run(args) => ds_dev::run(args, interrupted(), |_| {}).await,
        Command::Check(args) => ds_dev::check(args).await,
        Command::Types => ds_dev::print(ds_dev::TYPES),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("ds-dev: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Resolves at Ctrl-C, or when the program is asked to end. From now on neither ends it at once.
fn interrupted() -> impl Future<Output = ()> {
    let interrupt = signal(SignalKind::interrupt());
    let terminate = signal(SignalKind::terminate());
    async move {
        // Without signals the program still ends with its terminal.
        let (Ok(mut interrupt), Ok(mut terminate)) = (interrupt, terminate) else {
            return std::future::pending().await;
        };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }
}
