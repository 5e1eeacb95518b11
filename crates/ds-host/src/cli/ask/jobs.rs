//! Arguments about jobs, deletion and the trash.

use super::InputError;
use crate::{
    args::{Job, Trash, Which, WhichJob},
    cli::confirm,
    control::wire::{self, Command},
};

pub(in crate::cli) fn job(job: Job) -> Command {
    match job {
        Job::List { owner } => Command::JobList { owner: owner.owner },
        // Following shows it first.
        Job::Show(job) | Job::Follow(job) => Command::JobShow(job.into()),
        Job::Cancel(job) => Command::JobCancel(job.into()),
    }
}

pub(in crate::cli) fn trash(trash: Trash) -> Result<Command, InputError> {
    Ok(match trash {
        Trash::List { owner } => Command::TrashList { owner: owner.owner },
        Trash::Restore { which, address } => Command::TrashRestore {
            which: which.into(),
            address,
        },
        Trash::Empty { name, yes, owner } => {
            let what = match &name {
                Some(name) => format!("{name} and all its data are"),
                None => "Everything in the trash is".to_owned(),
            };
            confirm::confirm(yes, &format!("{what} removed for good. Go on?"))?;
            Command::TrashEmpty {
                owner: owner.owner,
                which: name,
            }
        }
    })
}

pub(super) fn delete(which: Which, yes: bool) -> Result<Command, InputError> {
    let name = &which.name;
    let question = format!(
        "{name} goes to the trash: nobody can use it, and its name is free for others. Go on?"
    );
    confirm::confirm(yes, &question)?;
    Ok(Command::AppspaceDelete(which.into()))
}

impl From<WhichJob> for wire::WhichJob {
    fn from(job: WhichJob) -> Self {
        Self {
            owner: job.owner.owner,
            id: job.id,
        }
    }
}
