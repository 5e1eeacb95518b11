//! Commands about snapshots.

use crate::{
    control::wire::{BackupKey, Command, Reply},
    ops::{ErrorKind, OpError, Ops, RestoreRequest},
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
            Ok(Reply::Verified(ops.verify_backups(read_data).await?))
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
