//! Following a job that a command began, to its end.

use std::io::{self, IsTerminal as _, Write as _};

use ds_core::DataDir;

use super::{CliError, out::Out};
use crate::{
    control::{
        client::{self, ClientError},
        wire::{Command, Job, Reply, WhichJob},
    },
    ops::{ErrorKind, OpError},
};

/// Follows a job to its end. Who watches at a terminal sees how far it is; standard output gets what came of it.
///
/// # Errors
/// If it was not done.
pub(super) async fn to_the_end(data_dir: &DataDir, job: Job, out: Out) -> Result<(), CliError> {
    let job = watch(data_dir, job, out).await?;
    match failure(&job) {
        None => out.reply(&Reply::Job(job)).map_err(CliError::Output),
        Some(error) => Err(ClientError::Refused(error).into()),
    }
}

/// The same, but what was left of the job is the caller's to tell.
///
/// # Errors
/// If the host cannot be asked.
pub(super) async fn watch(data_dir: &DataDir, job: Job, out: Out) -> Result<Job, CliError> {
    let mut line = Line::new(out);
    let which = WhichJob {
        owner: None,
        id: job.id,
    };
    let follow = Command::JobFollow(which);
    let job = client::follow(data_dir, &follow, |job| line.show(job)).await;
    line.clear();
    Ok(job?)
}

/// Why a job that is over was not done.
pub(super) fn failure(job: &Job) -> Option<OpError> {
    let why = job.failure.as_ref()?;
    let rest = if job.state == "unsettled" {
        "It could not be undone; nobody can use the appspace until the host was restarted, which undoes it."
    } else {
        "Everything is as it was before."
    };
    let message = format!(
        "{} failed: {}. {rest}",
        job.title,
        why.message.trim_end_matches('.')
    );
    let error = OpError::new(ErrorKind::named(&why.kind), message);
    Some(match &why.hint {
        Some(hint) => error.with_hint(hint.clone()),
        None => error,
    })
}

/// One line on the terminal that is written again and again.
struct Line {
    is_shown: bool,
    last: String,
}

impl Line {
    fn new(out: Out) -> Self {
        Self {
            is_shown: !out.is_json() && io::stderr().is_terminal(),
            last: String::new(),
        }
    }

    fn show(&mut self, job: &Job) {
        let words = words(job);
        if self.is_shown && words != self.last {
            // `\x1b[K`: what is left of a longer line goes. If it cannot be written, nobody watches.
            let _ = write!(io::stderr().lock(), "\r{words}\x1b[K");
            self.last = words;
        }
    }

    fn clear(&mut self) {
        if self.is_shown && !self.last.is_empty() {
            let _ = write!(io::stderr().lock(), "\r\x1b[K");
        }
    }
}

/// A job in one line: `Upgrade of notes.localhost to 2.0.0: migrate the data (4 of 8), 12 of 30 MiB`.
pub(super) fn words(job: &Job) -> String {
    let title = &job.title;
    let step = match (job.state.as_str(), &job.step) {
        ("waiting", _) => "waiting for its turn".to_owned(),
        ("undoing", _) => "undoing".to_owned(),
        ("running", Some(step)) => {
            format!("{step} ({} of {})", job.step_number, job.steps)
        }
        (state, _) => state.to_owned(),
    };
    format!("{title}: {step}{}", amount(job))
}

fn amount(job: &Job) -> String {
    let mib = |bytes: u64| bytes >> 20;
    match (job.bytes_expected, job.files_expected) {
        _ if job.is_over() => String::new(),
        (bytes, _) if bytes > 1 << 20 => {
            format!(", {} of {} MiB", mib(job.bytes_done), mib(bytes))
        }
        (_, files) if files > 0 => format!(", {} of {files} files", job.files_done),
        _ if job.bytes_done > 1 << 20 => format!(", {} MiB", mib(job.bytes_done)),
        _ => String::new(),
    }
}
