//! Commands: arguments become one command for the running host, and its answer becomes text or JSON.

mod ask;
mod confirm;
mod doctor;
mod export;
mod follow;
mod out;
mod serve;
mod text;

use std::{ffi::OsString, io, path::PathBuf, process::ExitCode};

use clap::Parser as _;
use ds_core::DataDir;

use crate::{
    args::{self, Arguments},
    config::{Config, ConfigError},
    control::{
        client::{self, ClientError},
        wire::{Command, Reply},
    },
    run::RunError,
};

use out::Out;

/// The exit code of a command line that makes no sense.
const USAGE: u8 = 2;

/// Why a command was not done.
#[derive(Debug, thiserror::Error)]
enum CliError {
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// What was given cannot be used.
    #[error(transparent)]
    Input(#[from] ask::InputError),
    /// The running host did not do it.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The host could not run.
    #[error(transparent)]
    Run(#[from] RunError),
    /// Deno cannot be used.
    #[error(transparent)]
    Deno(#[from] ds_sandbox::DenoError),
    /// There is no place to try things in.
    #[error("cannot make or remove a directory to try sandboxes in")]
    Doctor(#[source] io::Error),
    /// The answer could not be printed.
    #[error("cannot write to standard output")]
    Output(#[source] io::Error),
    /// There is no runtime to run in.
    #[error("cannot start the runtime")]
    Runtime(#[source] io::Error),
}

impl CliError {
    /// Name in JSON and exit code. Refusals have those of their kind.
    fn row(&self) -> (&'static str, u8) {
        match self {
            Self::Client(ClientError::Refused(error)) => {
                (error.kind().name(), error.kind().exit_code())
            }
            Self::Client(ClientError::NotRunning(_)) => ("not-running", 69),
            Self::Client(_) | Self::Output(_) | Self::Runtime(_) | Self::Doctor(_) => {
                ("internal", 70)
            }
            Self::Config(_) => ("configuration", 78),
            Self::Input(_) => ("invalid", 65),
            Self::Run(_) | Self::Deno(_) => ("not-started", 71),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Client(ClientError::Refused(error)) => error.hint().map(str::to_owned),
            Self::Client(ClientError::NotRunning(data_dir)) => Some(format!(
                "start one with `ds-host serve --data-dir {}`",
                data_dir.display()
            )),
            Self::Run(error) => error.hint().map(str::to_owned),
            _ => None,
        }
    }
}

/// Does what the arguments say; the first is the program's name.
#[must_use]
pub fn main(arguments: Vec<OsString>) -> ExitCode {
    let wants_json = arguments.iter().any(|one| one == "--json");
    match Arguments::try_parse_from(arguments) {
        Ok(arguments) => do_it(arguments),
        Err(error) if wants_json && error.use_stderr() => {
            Out::new(true).failure("usage", error.to_string().trim_end(), None);
            ExitCode::from(USAGE)
        }
        Err(error) => error.exit(),
    }
}

fn do_it(arguments: Arguments) -> ExitCode {
    let out = Out::new(arguments.json);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let done = match runtime {
        Ok(runtime) => runtime.block_on(run(arguments, out)),
        Err(error) => Err(CliError::Runtime(error)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let (kind, code) = error.row();
            out.failure(kind, &ds_core::error_chain(&error), error.hint());
            ExitCode::from(code)
        }
    }
}

async fn run(arguments: Arguments, out: Out) -> Result<(), CliError> {
    let config = match &arguments.config {
        Some(path) => Config::load(path)?,
        None => Config::default(),
    };
    let data_dir = match arguments.data_dir {
        Some(dir) => dir,
        None => config.data_dir()?,
    };
    let data_dir = DataDir::new(absolute(data_dir)?);
    let command = match arguments.command {
        args::Command::Serve { listen } => {
            return serve::run(config, data_dir, listen, out).await;
        }
        args::Command::Doctor => return doctor::run(&config, &data_dir, out).await,
        args::Command::Account(account) => ask::account(account)?,
        args::Command::App(app) => ask::app(app)?,
        args::Command::Appspace(args::Appspace::Export(export)) if export::is_wanted(&export) => {
            return export::run(&data_dir, export, out).await;
        }
        args::Command::Appspace(appspace) => ask::appspace(appspace)?,
        args::Command::Job(args::Job::Follow(job)) => {
            let asked = Command::JobShow(job.into());
            return match client::send(&data_dir, &asked).await? {
                Reply::Job(job) => follow::to_the_end(&data_dir, job, out).await,
                other => out.reply(&other).map_err(CliError::Output),
            };
        }
        args::Command::Backup(backup) => ask::backups::backup(backup),
        args::Command::Dropid(args::Dropid::RotateKeys) => Command::DropidRotateKeys,
        args::Command::Mail(mail) => ask::schedules::mail(mail),
        args::Command::Job(job) => ask::jobs::job(job),
        args::Command::Trash(trash) => ask::jobs::trash(trash)?,
    };
    send(&data_dir, &command, out).await
}

async fn send(data_dir: &DataDir, command: &Command, out: Out) -> Result<(), CliError> {
    if let Command::AppInstall { package, .. } = command {
        out.progress(&format!("Installing {} …", package.display()));
    }
    match client::send(data_dir, command).await? {
        Reply::Begun(job) => follow::to_the_end(data_dir, job, out).await,
        reply => out.reply(&reply).map_err(CliError::Output),
    }
}

fn absolute(path: PathBuf) -> Result<PathBuf, CliError> {
    std::path::absolute(&path).map_err(|source| ask::InputError::Path { path, source }.into())
}
