//! Runs one Dropserver app on this computer.

use std::process::ExitCode;

use clap::Parser as _;
use ds_dev::args::{Args, Command};
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    let filter = EnvFilter::try_from_env("DS_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
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

async fn interrupted() {
    // Without signals the program still ends with its terminal.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
