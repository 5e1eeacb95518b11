//! An archive to standard output: `appspace export NAME -`.

use std::io::{self, IsTerminal as _, Write as _};

use ds_core::DataDir;

use super::{CliError, follow, out::Out};
use crate::{
    args::Export,
    control::{
        client::{self, ClientError},
        wire::{Command, Reply, WhichJob},
    },
    ops::{ErrorKind, OpError},
};

/// Whether an archive is to go to standard output.
pub(super) fn is_wanted(export: &Export) -> bool {
    export.file.as_os_str() == "-"
}

/// Lets the host write an archive and copies it to standard output. Words go to standard error alone; that all of the
/// archive is there, the exit code says.
///
/// # Errors
/// If not all of it is there.
pub(super) async fn run(data_dir: &DataDir, export: Export, out: Out) -> Result<(), CliError> {
    let refuse = |message: &'static str| {
        ClientError::Refused(OpError::new(ErrorKind::Invalid, message)).into()
    };
    if out.is_json() {
        return Err(refuse(
            "standard output cannot have the archive and JSON, too; leave out `--json`",
        ));
    }
    if io::stdout().is_terminal() {
        return Err(refuse(
            "an archive is nothing for a terminal; send it to a file or another program",
        ));
    }
    let command = Command::AppspaceArchive {
        which: export.which.into(),
        with_package: export.with_package,
    };
    let Reply::Begun(job) = client::send(data_dir, &command).await? else {
        return Err(refuse(
            "the host answers something else; is it of another version?",
        ));
    };
    let job = follow::watch(data_dir, job, out).await?;
    if let Some(error) = follow::failure(&job) {
        return Err(ClientError::Refused(error).into());
    }
    let fetch = Command::ArchiveFetch(WhichJob {
        owner: None,
        id: job.id,
    });
    let mut stdout = io::stdout().lock();
    let mut broken = None;
    client::fetch(data_dir, &fetch, |bytes| {
        let written = stdout.write_all(bytes);
        let is_written = written.is_ok();
        broken = written.err();
        is_written
    })
    .await?;
    match broken {
        Some(error) => return Err(CliError::Output(error)),
        None => stdout.flush().map_err(CliError::Output)?,
    }
    if let Some(said) = job.said {
        out.progress(&said);
    }
    Ok(())
}
