//! Commands about snapshots.

use crate::{
    control::wire::{BackupKey, Command, Reply},
    ops::{ErrorKind, OpError, Ops, RestoreRequest, ScheduleChange},
};

/// Does a command if it is one of these.
pub(super) async fn run(ops: &Ops, command: Command) -> Result<Reply, OpError> {
    match command {
        Command::BackupCreate(which) => {
            let owner = ops.owner(which.owner.as_deref()).await?;
            let begun = ops.back_up(owner, &which.address).await?;
            Ok(Reply::Begun(begun.into()))
        }
        Command::BackupList { owner, address } => {
            let owner = ops.owner(owner.as_deref()).await?;
            let found = ops.backups(owner, address.as_deref()).await?;
            Ok(Reply::Backups(found.into_iter().map(Into::into).collect()))
        }
        Command::BackupVerify { read_data } => {
            let begun = ops.verify_backups(None, read_data).await?;
            Ok(Reply::Begun(begun.into()))
        }
        Command::BackupRestore {
            which,
            snapshot,
            to,
            path,
        } => {
            let owner = ops.owner(which.owner.as_deref()).await?;
            let asked = RestoreRequest {
                address: which.address,
                snapshot,
                to,
                path,
            };
            Ok(Reply::Begun(ops.restore(owner, asked).await?.into()))
        }
        Command::BackupForget { which, snapshot } => {
            let owner = ops.owner(which.owner.as_deref()).await?;
            let found = ops.forget_backup(owner, &which.address, &snapshot).await?;
            Ok(Reply::Forgotten(found.into()))
        }
        Command::BackupPreview { which, snapshot } => {
            let owner = ops.owner(which.owner.as_deref()).await?;
            let begun = ops.preview(owner, &which.address, &snapshot).await?;
            Ok(Reply::Begun(begun.into()))
        }
        Command::BackupPreviews { owner } => {
            let owner = ops.owner(owner.as_deref()).await?;
            let open = ops.previews(owner).into_iter();
            Ok(Reply::Previews(open.map(Into::into).collect()))
        }
        Command::BackupClosePreview { which } => {
            let owner = ops.owner(which.owner.as_deref()).await?;
            let closed = ops.close_preview(owner, &which.address).await?;
            Ok(Reply::PreviewClosed(closed.into()))
        }
        Command::BackupSchedule {
            owner,
            address,
            set,
        } => {
            let owner = ops.owner(owner.as_deref()).await?;
            let address = address.as_deref();
            if let (Some(address), false) = (address, set.is_empty()) {
                let asked = set.iter().map(|one| (&*one.key, &*one.value));
                let change = ScheduleChange::of(asked)?;
                ops.set_snapshot_schedule(owner, address, change).await?;
            }
            let all = ops.snapshot_schedules(owner, address).await?;
            Ok(Reply::Schedules(all.into_iter().map(Into::into).collect()))
        }
        Command::MailTest { to } => {
            ops.test_mail(&to).await?;
            Ok(Reply::Mailed(to))
        }
        Command::BackupKey => {
            let (key, places) = ops.backup_key().await?;
            Ok(Reply::BackupKey(BackupKey { key, places }))
        }
        _ => Err(OpError::new(
            ErrorKind::Internal,
            "this command is not known",
        )),
    }
}
