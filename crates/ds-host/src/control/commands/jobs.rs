//! Commands about jobs, changes of version, deletion and the trash.

use ds_core::JobId;

use crate::{
    control::wire::{self, Command, Reply},
    ops::{Archive, ErrorKind, Follow, OpError, Ops, TrashSummary},
};

/// Does a command if it is one of these.
pub(super) async fn run(ops: &Ops, command: Command) -> Result<Reply, OpError> {
    match command {
        Command::AppspaceUpgrade { which, version } => {
            let owner = ops.owner(which.owner.as_deref()).await?;
            let begun = ops.upgrade(owner, &which.address, version.as_deref());
            Ok(Reply::Begun(begun.await?.into()))
        }
        Command::AppspaceDelete(which) => {
            let owner = ops.owner(which.owner.as_deref()).await?;
            let deleted = ops.delete_appspace(owner, &which.address).await?;
            Ok(Reply::Deleted(deleted.into()))
        }
        Command::TrashList { owner } => {
            let owner = ops.owner(owner.as_deref()).await?;
            Ok(Reply::Trash(trash(ops.trash(owner).await?)))
        }
        Command::TrashRestore { which, address } => {
            let owner = ops.owner(which.owner.as_deref()).await?;
            let back = ops.take_out(owner, &which.address, address.as_deref());
            Ok(Reply::Appspace(back.await?.into()))
        }
        Command::TrashEmpty { owner, which } => {
            let owner = ops.owner(owner.as_deref()).await?;
            let gone = ops.empty_trash(owner, which.as_deref()).await?;
            Ok(Reply::Removed(trash(gone)))
        }
        Command::JobList { owner } => {
            let owner = ops.owner(owner.as_deref()).await?;
            let jobs = ops.jobs(owner).await?;
            Ok(Reply::Jobs(jobs.into_iter().map(Into::into).collect()))
        }
        Command::JobShow(job) => {
            let follow = self::follow(ops, &job).await?;
            Ok(Reply::Job(follow.now().into()))
        }
        Command::JobCancel(job) => {
            let (owner, id) = named(ops, &job).await?;
            Ok(Reply::Job(ops.cancel(owner, id).await?.into()))
        }
        _ => Err(OpError::new(
            ErrorKind::Internal,
            "this command is not known",
        )),
    }
}

/// Finds the job that a command is about, to follow it.
pub(in crate::control) async fn follow(ops: &Ops, job: &wire::WhichJob) -> Result<Follow, OpError> {
    let (owner, id) = named(ops, job).await?;
    ops.follow(owner, id).await
}

/// Finds the archive that a command is about.
pub(in crate::control) async fn archive(
    ops: &Ops,
    job: &wire::WhichJob,
) -> Result<Archive, OpError> {
    let (owner, id) = named(ops, job).await?;
    ops.take_archive(owner, id).await
}

async fn named(ops: &Ops, job: &wire::WhichJob) -> Result<(ds_core::AccountId, JobId), OpError> {
    let id = job.id.parse().map_err(|_| {
        OpError::new(ErrorKind::Invalid, "this is not the id of a job")
            .with_hint("`ds-host job list` shows them")
    })?;
    match (&job.owner, ops.owner_of_job(id)) {
        (None, Some(owner)) => Ok((owner, id)),
        (owner, _) => Ok((ops.owner(owner.as_deref()).await?, id)),
    }
}

fn trash(summaries: Vec<TrashSummary>) -> Vec<wire::Trashed> {
    summaries.into_iter().map(Into::into).collect()
}
